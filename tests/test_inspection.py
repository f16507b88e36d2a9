"""Does the inspection of every page find what it is there for?"""

import pytest

from tests.inspection import inspect

PAGE = """<!doctype html><html lang="en"><head><title>Queue</title><script src="/static/portal.js"></script>
<script type="application/json">{"a": 1}</script></head><body><h1 id="top">Queue</h1>
<form action="/find"><label for="q">Find</label><input id="q" name="q"><input type="hidden" name="page" value="2"></form>
<form method="post" action="/send" hx-post="/send"><input type="hidden" name="csrf_token" value="t">
<label>Words <textarea name="words"></textarea></label><select name="to" aria-label="To"></select>
<input name="cc" aria-labelledby="top"></form><svg><title>Chart</title></svg></body></html>"""


def test_a_page_as_it_should_be_passes_and_so_does_a_fragment():
    inspect(PAGE)
    inspect('<p>Saved</p><form method="POST" action="/x"><input type="hidden" name="csrf_token" value="t"></form>')


@pytest.mark.parametrize(
    ("was", "became", "said"),
    [
        ('<input id="q"', '<input id="top"', "ids twice: \\['top'\\]"),
        ("<h1", "<h2", "0 h1"),
        ("<svg>", "<h1>More</h1><svg>", "2 h1"),
        (' lang="en"', "", "no language"),
        ("<title>Queue</title>", "<title> </title>", "no title"),
        ("<title>Queue</title>", "", "no title"),
        ('for="q"', 'for="p"', 'no label: .*id="q"'),
        (' for="q"', "", 'no label: .*id="q"'),
        ("<label>Words", "<label>Words</label>", "no label: .*textarea"),
        (' aria-label="To"', "", 'no label: .*"to"'),
        (' aria-labelledby="top"', "", 'no label: .*"cc"'),
        (' name="csrf_token"', "", "no token: /send"),
        ('hx-post="/send"', 'hx-post="/other"', "/other"),
        ("<svg>", '<svg style="fill: red">', "inline"),
        ("</head>", "<style>p {}</style></head>", "inline"),
        ("</head>", "<script>go()</script></head>", "inline"),
        ("<svg>", '<svg onclick="go()">', "a handler inline"),
        ("<svg>", '<svg hx-on:click="go()">', "a handler inline"),
    ],
)
def test_what_is_wrong_is_said(was, became, said):
    assert was in PAGE
    with pytest.raises(AssertionError, match=said):
        inspect(PAGE.replace(was, became, 1))
