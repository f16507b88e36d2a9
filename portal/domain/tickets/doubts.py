"""Words that say the opposite of the button: «still broken», then a click on «solved» (R16)."""

import re

_SAYS_NOT = re.compile(
    r"(没有?|未|没能|尚未|还没|仍未|并未)(有)?(完全|彻底|真正)?(解决|恢复|修好|处理好|处理完|搞定|弄好|好转|到账|收到)"
    r"|仍然|依然|依旧|还是(不|没|有|老|一样|会|慢|断|坏)|还在|又(断|坏|出现|发生)|再次(出现|发生|中断)|不(满意|认可|同意|接受|行|能用|通|正常)|解决不了"
    r"|not\s+(yet\s+)?(solved|resolved|fixed|working|done)|still\b|again\b|n['’]t\s+(work|solved|fixed)|broken|unsolved",
    re.IGNORECASE,
)
_SAYS_NO_MORE = re.compile(
    r"(没有?|不)再(次)?(出现|发生|断|中断|坏)|no longer|never again|not\s+\w+\s+again", re.IGNORECASE
)


def sounds_unsolved(words: str) -> bool:
    """Does what was written while confirming sound unsolved? Then it is worth asking again."""
    return bool(_SAYS_NOT.search(_SAYS_NO_MORE.sub("", words)))
