"""Words that say the opposite of the button: «still broken», then a click on «solved» (R16).

Asking once more is cheap, closing what is not solved is dear; but plain thanks must pass. So it goes by four lists,
in both languages, each of short patterns that read aloud; a sentence that goes wrong belongs into the test's table
first, and then into the list it is missing from:

- CALM: looks like trouble and is none («not dropped since», «没有再断», «不好意思»); taken out before anything else
- TROUBLE: a negation or recurrence near a word for working, or a word that says trouble by itself
- RESOLVED: a word for «it is solved now»; it cancels the trouble named *before* it
- UNMEANT: before a RESOLVED in the same clause it takes its force («please get it fixed», «说修好了»)
"""

import re

CLAUSE_ENDS = "，。；！？、,.;!?\n"
_IN_CLAUSE = f"[^{CLAUSE_ENDS}]"
_END = rf"(?=\s*(?:[{CLAUSE_ENDS}]|$))"
_NOT = r"(?:not|never|(?:do|does|did|is|are|was|were|has|have|had|ca|can|could|wo|would)n['’]?t|(?:is|was|has|does|did) not)"

_FAILS_ZH = r"(?:断|掉|卡|坏|慢|丢|闪|乱|漏|中断|出错|报错|报警|死机|重启|黑屏|故障|失灵|出问题|有问题)"
_WORKS_ZH = (
    r"(?:解决|恢复|修复|修|处理|搞定|弄好|办好|办妥|落实|完成|好转|改善|改进|改观|改变|变化|起色|进展|效果|见效|"
    r"到账|收到|稳定|正常|满意|接通|连上|打通|开通|送到|补发|退款|退|赔|联系|回复|答复|好|用|通|人来|人管|人理|人处理|人联系)"
)
_FAILS_EN = (
    r"(?:drop\w*|fail\w*|down|out\b|broke\w*|slow\w*|stop\w*|lost|los(?:es|ing)|crash\w*|disconnect\w*|hang\w*|freez\w*|"
    r"froze|offline|happen\w*|occur\w*|interrupt\w*|dead|bad|wrong|error\w*|problem\w*|issue\w*|fault\w*|noise|trouble)"
)
_WORKS_EN = (
    r"(?:work\w*|function\w*|fix\w*|solv\w*|resolv\w*|repair\w*|restor\w*|done|connect\w*|load\w*|open\w*|start\w*|ring\w*|"
    r"help\w*|stable|satisf\w*|happy|good|ok(?:ay)?\b|fine|right|correct\w*|better|improv\w*|chang\w*|usable|us(?:e|ing)\b|"
    r"reach\w*|respond\w*|arriv\w*|receiv\w*|accept\w*|agree\w*|enough|complet\w*|finish\w*|ready|possible|came|come|show\w*|"
    r"print\w*|log\b|call\w*|dial\w*|access\w*|normal|acceptable|content|pleased|gone)"
)

CALM = (
    # 没有再出现、从未断过、不会再掉线
    rf"(?:再也|从|至今|一直|都)?(?:没有?|未|不会?)(?:再|再次|出现|发生|遇到?)+(?!{_IN_CLAUSE}{{0,8}}(?:好转|改善|变化|效果|起色|恢复|人|联系))"
    rf"(?:过|任何|类似|这种|这样)*(?:{_FAILS_ZH}|问题|出现|发生|不|打不|上不|连不|{_END}){_IN_CLAUSE}{{0,10}}",
    rf"(?:没有?|未|不会?)(?:再|再次|出现|发生|遇到)(?:过|了|{_FAILS_ZH})+",
    r"(?:没有?|无)(?:什么|任何|丝毫|一点儿?)?(?:不满意?|不好|不足|不妥|不便|不适|问题|意见|异常|故障|毛病|怨言|可挑剔|断过|掉过)",
    r"不好意思|不得不|不错|不用谢|不客气|不通过|不断(?:改|提|努|进|完|创)|又快又好|没想到|好得?不能再好|无可挑剔|再好不过",
    r"(?:仍|依)(?:然|旧|会|将)*(?:继续|很|非常|十分)*(?:感谢|谢谢|满意|愿意|选择|支持|合作|推荐|信任|稳定|正常|良好|畅通)",
    # not dropped since, no longer slow, without a problem
    rf"\b(?:{_NOT}|no longer|no more|no further|without(?: an?y?)?|not a single|no)\s+(?:been\s+|had\s+|any\s+|a\s+|single\s+|further\s+|new\s+|more\s+){{0,3}}{_FAILS_EN}(?:\s+(?:again|since|any ?more))?",
    r"\bnever again\b|\bnot only\b|\bnot bad\b|\bno complaints?\b|\bno problem|\bnot a problem|\bnothing (?:more )?to complain",
    r"\b(?:can ?not|can['’]?t|could ?n['’]?t|could not)\s+(?:thank|complain|be (?:happier|better|more)|fault|ask for|have been (?:better|happier)|praise)",
    r"\bstill\s+(?:(?:very|quite|all|running|is|are)\s+)?(?:work\w*|fine|good|stable|up\b|ok(?:ay)?\b|happy|satisfied|holding|thank\w*|grateful|running)",
    r"\b(?:stopped|no longer)\s+(?:dropping|failing|crashing|disconnecting|happening)|"
    + _NOT
    + r"\s+(?:(?:come|coming|came) back|return\w*)\b",
    r"\bkeep\w*\s+(?:on\s+)?(?:working|running|improving|going well|being|providing|doing)",
)

TROUBLE = (
    # a negation near a word for working
    rf"(?:没有?|未|没能|未能|尚|无)(?:有|能|被|得到|得|真正|完全|彻底|全部|怎么|任何|根本|明显|实质性?的?|有效|什么|及时|给|见|看到|太大?|多大|把{_IN_CLAUSE}{{1,6}}){{0,3}}{_WORKS_ZH}",
    r"尚未|没能|未能|没有?(?:给|达到|按|兑现|上门|派|提供|做到)|(?:信号|声音|网络?)(?:又|都|也|还是)?没有?了|无法|没法|没办法|无效|毫无(?:变化|改善|起色|效果|作用)|白(?:跑|修|弄|忙)",
    r"不(?:太|大|很|怎么|够|是很|是太|算|甚|十分|完全|能|会|可以){0,2}(?:满意|认可|同意|接受|行|能用|可用|好用|好使|使用|管用|通|正常|稳定|稳|上网|工作|理想|清楚|清晰|登录|访问|连接|拨打|打|用|解决|联网)|不好(?!意思)|不满(?![一二三两半\d])|不(?:可以|能)(?:用|上|打|连)?" + _END,
    r"(?:上|打|连|登|用|接|收|修|看|进|拨|发|传|开|听|查|充|缴|登录|联|达)不(?:了|通|上|开|到|好|出|进|去|来|清|见|动)|(?:解决|处理|恢复|联系)不(?:了|好|上)|不(?:过关|到位|达标|合格|及时|专业|负责)",
    # it came again, it goes on
    rf"(?:又|再次|再度|再一次|重新|反复|经常|频繁|时常|常常|时不时|老是|老|总是|总|一直|照样|照旧|继续|持续|天天|动不动就?)(?:在|会|要|是|有|开始|出现|发生|就|给|都){{0,3}}(?:{_FAILS_ZH}|不|没|出现|发生|犯|复发|连不|打不)",
    rf"(?:还是|还|仍|依然|依旧)(?:很|太|比较|有点|有些|非常|时常|经常|会|在|老|总|不停地?|那么|这么|继续|反复|偶尔|一直|频繁){{0,3}}(?:{_FAILS_ZH}|差|低|高|严重|久|不|没|未|无|一样|那样|这样|老样子|原样|如此|出现|发生|存在|等|响|跳|犯|有(?:问题|故障|杂音|噪音|延迟|丢包|点问题|些问题)|那个问题|老问题)",
    rf"(?:还|仍|依旧|依然|都|一直)在{_END}|仍|依然|依旧",
    r"(?:问题|故障|现象|情况)(?:依|还|继续|持续|反复|照样)?(?:存在|如故|没变|依旧|复发)|老样子|老毛病|老问题|时好时坏|(?:和|跟|与|同)(?:之前|以前|原来|原先|修之前|没修)(?:时|的)?(?:一样|一个样|没区别)|没(?:有)?(?:什么)?(?:区别|两样|动静|反应|信号|声音|网|人)",
    r"(?:只|仅)(?:是|解决|恢复|修|好|处理)?了?(?:一)?(?:部分|半|暂时|临时)|部分(?:解决|恢复)|治标不治本|更(?:慢|差|糟|严重|卡)了?|越来越(?:慢|差|糟|严重|卡)|加重了?",
    r"(?:请|需要?|还要|希望|麻烦|要求|务必)(?:你们|贵司|贵公司)?(?:尽快|马上|再|再次|继续|重新|抓紧|赶紧|尽早)(?:地|给|帮|安排|派)?(?:处理|解决|修|安排|跟进|派|查|排查|恢复|来|联系|核实)",
    r"掉线|断线|断网|闪断|卡顿|坏了|坏的|报错|失灵|太差|很差|太慢|很慢|好慢|慢得|敷衍|骗人|糊弄|糟糕|失望",
    rf"(?:其实|根本|并|实际上?|但是?|可是?|结果)没有?{_END}|\b(?:it|that|this|they)\s+{_NOT}{_END}",
    rf"^\s*(?:没有?|不|否|不是|还没有?|没呢|还没呢){_END}",
    # English: negation near working
    rf"\b{_NOT}\b(?:\s+[\w'’]+){{0,4}}?\s+{_WORKS_EN}|\b(?:not yet|nothing (?:has )?(?:changed|happened|improved))\b",
    r"\b(?:can ?not|can['’]?t|unable to|could not|could ?n['’]?t|impossible to|fail(?:s|ed|ing)? to|won['’]?t|will not|refuses? to)\b",
    r"\b(?:no|zero|without)\s+(?:\w+\s+)?(?:improvement|change|better|signal|connection|service|internet|network|progress|solution|dial ?tone|effect|use|luck|reply|answer|response|difference|access)\b",
    # it came again, it goes on
    r"\bstill\b",
    rf"\b{_FAILS_EN}\b(?:\s+\w+){{0,3}}?\s+again\b|\bagain\b(?:\s+\w+){{0,3}}?\s+{_FAILS_EN}|\byet again\b|\bsame (?:\w+ )?(?:problem|issue|fault|error|thing|trouble)",
    r"\bkeep(?:s)?\b\s+(?:on\s+|up\s+)?\w+ing\b|\bkept\s+(?:on\s+)?\w+ing\b|\bcontinu(?:es?|ing|ed) to\b|\bevery (?:few|other|couple)\b",
    r"\bpersist\w*|\bremain(?:s|ed|ing)?\b|\brecur\w*|\breoccur\w*|\b(?:problem|issue|fault|error|noise|trouble)s?\s+(?:(?:has|have|is|are)\s+)?(?:come|comes|came|back|return\w*|continu\w*|exists?)",
    r"\b(?:unsolved|unresolved|unfixed|unrepaired|unstable|unusable|unsatisf\w+|dissatisf\w+|unhappy|unacceptable|broken|useless|worse|worst|intermittent\w*|disappoint\w*|terrible|awful|incomplete)\b",
    r"\b(?:is|are|it['’]?s|goes|went|was|line|network|connection)\s+(?:\w+\s+)?(?:down|offline|dead|slow|dropping|failing|disconnected|flaky)\b|\btoo slow\b|\b(?:drops?|disconnects?|slow|unfortunately)\b|\bstop(?:s|ped) (?:work|function|respond|load)ing\b",
    r"\b(?:partly|partially|half|only some|only part|temporarily|for a (?:while|moment))\b|\bneeds? (?:to be )?(?:fix|repair|more)|\b(?:nobody|no one|no-one)\b|\bplease (?:fix|check|send|repair|resolve|solve|look|try|finish|sort)\b",
    rf"^\s*(?:no|nope|not at all|not really|never){_END}",
)  # fmt: skip

RESOLVED = (
    r"(?:已经?|都|全部?|均|现已|终于|彻底|完全|总算|最终|后来|得到|得以|给|顺利|及时|妥善|很快|马上|立刻|就)*(?:了)?(?:解决|恢复|修复|修好|处理好|处理完|搞定|弄好|排除|消除|办好|办妥|查清)(?:了|完毕|正常|好了|妥当|啦)",
    r"(?:已经?|均已|都已|现已|全部|终于|彻底|总算|最终|得到|得以|顺利|妥善|及时|圆满)(?:得到|完全|全部|彻底|被|给我们|帮我们|了|妥善|及时|圆满){0,3}(?:解决|恢复|修复|修好|处理|搞定|弄好|排除|消除|办好|办妥|好)",
    r"(?:现在|目前|如今|今天|已经?|都|终于|总算|这下|后来)[^，。；！？,.;!?\n不没未无又]{0,8}?(?:好|快|通|正常|稳定|可以|能用|畅通|流畅|顺畅|清楚|没问题|没有问题|能[^，。；！？,.;!?\n不没]{1,5}了)(?:多|用)?了?",
    r"(?:正常|稳定|畅通|通|好|快)(?:多|用|起来)?了(?!又)|(?:情况|现象|问题|故障)(?:也|都|就|已经?|现在){0,2}(?:没有了|没了|消失|不见了|不存在了)|没(?:有)?(?:什么)?问题了",
    r"\b(?:is|are|was|were|been|all|got|now|finally|fully|completely|quickly|promptly|already|have|has|you|they|team|engineer|technician)\s+(?:all\s+|now\s+|been\s+|fully\s+|completely\s+|finally\s+|quickly\s+){0,3}(?:resolved|solved|fixed|repaired|restored|sorted|ok(?:ay)?|fine|stable|gone|normal|replaced|working|good|great)\b",
    r"\bwork(?:s|ing)\s+(?:\w+\s+)?(?:fine|well|again|now|properly|perfectly|great|normally)\b|\b(?:now|finally|all)\s+(?:it\s+)?works\b|\b(?:back to normal|back up|up again|back again|back online|sorted out|up and running)\b",
)  # fmt: skip

UNMEANT = (
    r"希望|请|望|何时|什么时候|啥时|几时|尽快|才能|才会|要求|能不能|能否|到底|究竟|什么叫|说|称|告诉|表示|承诺|以为|显示|假装|如果|要是|若|直到|等到|是否|吗|需要|(?:没有?|未|不)(?:能|有|被|得到|完全|真正){0,2}$",
    r"\b(?:hope|please|when|until|want|need|expect|should|would|if|say|says|said|saying|told|tell|claim\w*|promis\w*|thought|think|supposed|marked|report\w*|before|must|unless|not|never|n['’]t|isn['’]t|wasn['’]t|hasn['’]t)\b",
)  # fmt: skip


def _any_of(patterns: tuple[str, ...]) -> re.Pattern:
    return re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE)


_CALM, _TROUBLE, _RESOLVED, _UNMEANT = map(_any_of, (CALM, TROUBLE, RESOLVED, UNMEANT))
_CLAUSE_END = re.compile(f"[{CLAUSE_ENDS}]")


def sounds_unsolved(words: str) -> bool:
    """Does what was written while confirming sound unsolved? Then it is worth asking again."""
    words = _CALM.sub(" ", words)
    troubles = [found.end() for found in _TROUBLE.finditer(words)]
    return bool(troubles) and troubles[-1] > _solved_from(words)


def _solved_from(words: str) -> int:
    """Where the last word begins that says it is solved now, and means it; -1 without one."""
    return max((found.start() for found in _RESOLVED.finditer(words) if _is_meant(words, found)), default=-1)


def _is_meant(words: str, found: re.Match) -> bool:
    """Neither wished for, nor only told, nor denied in its clause."""
    begins = max((end.end() for end in _CLAUSE_END.finditer(words, 0, found.start())), default=0)
    return not _UNMEANT.search(words, begins, found.start())
