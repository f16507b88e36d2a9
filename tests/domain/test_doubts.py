"""Words beside the button «solved»: which ones are asked about once more (R16)?

Somebody's sentence that went wrong is put here first; then the lists of `doubts` follow.
"""

import time

import pytest

from portal.domain.tickets import doubts

UNSOLVED = (
    # denied
    "没有解决", "没好", "还没好", "根本没用", "根本没有用", "问题没有得到解决", "没有改善", "没有任何改善", "没什么效果",
    "还没好，仍然很慢", "尚未完全恢复", "未能解决", "并未修复", "没有", "还没有。", "没人来过", "没人联系我们", "没把线路修好",
    "不太满意", "不满意", "我们不同意这个处理", "不行", "不能用", "无法使用", "还是无法登录", "打不通", "上不了网", "解决不了问题",
    "没法用", "毫无变化", "退款还没到账", "不好",
    # going on, or again
    "问题仍然存在", "问题依旧", "网络仍不稳定", "还是不行", "还是掉线", "还是很慢", "还在掉线", "问题还在", "今天又断了", "又掉线了",
    "再次中断", "老是断", "时好时坏", "一直连不上", "跟以前一样", "老样子", "修好了又坏了", "解决了两天，现在又不通了", "部分解决",
    "你们说已经解决了，其实没有", "希望尽快解决，现在不能用", "还没好，请尽快恢复正常", "速度更慢了", "态度很好，但还是断",
    "问题已解决，但是网速很慢",
    # in English
    "Still broken", "not solved", "It doesn't work", "It doesn’t work", "It doesnt work", "does not work", "It keeps dropping",
    "cannot connect", "can't connect", "the problem persists", "The problem remains", "not fixed yet", "It has not been fixed",
    "The line is down again", "It happened again", "still slow", "no improvement", "same problem as before", "We are not satisfied",
    "worse than before", "unable to log in", "The fault has come back", "The connection is unstable", "No", "no dial tone",
    "You said it was fixed, it isn't", "The problem persists although they said it was fixed", "Please get it fixed, it is broken",
    "It works but is still slow", "only partly solved", "It worked for a while, then dropped again",
    # as people also write
    "网络还是卡", "信号没有了", "昨天修完今天又不行了", "打电话没人接", "没有修好", "质量不过关", "说是修好了，实际没修", "客服没有给出解决方案",
    "视频会议依然卡顿", "偶尔还会断", "专线还断", "效果不理想", "没有达到预期", "等了三天没人上门", "问题没解决，别关单", "不能接受", "请继续处理",
    "还需要继续跟进", "并没有解决", "没修好", "带宽达不到要求", "丢包还是严重", "延迟依然高", "Not fixed.", "It's not working",
    "We still cannot call out", "problem came back this morning", "Nothing has changed", "No change", "Calls drop every hour",
    "The engineer never came", "nobody came", "no one has contacted us", "It is not OK", "I am not happy with the outcome", "The error occurs again",
    "still the same", "Not resolved at all", "doesn't ring", "intermittent drops", "please fix it", "unfortunately not", "sort of, but slow",
    "the router is dead", "it worked yesterday but today no signal", "has stopped working again", "Wi-Fi stopped working", "needs more work",
)  # fmt: skip

SOLVED = (
    "", "  ", "已经解决，谢谢", "很满意", "好的", "没有再出现", "没有问题了", "没问题了，谢谢", "再也没有断过", "没有再掉线",
    "不通的问题已解决", "打不通的问题已经解决了", "今后还在你们这里办业务", "之前无法上网，现在已恢复正常", "之前经常断线，现在好了",
    "故障已排除，感谢", "不错，谢谢", "不好意思麻烦你们了，已经好了", "没想到这么快，谢谢", "没有什么不满意的", "态度很好，谢谢",
    "处理及时，非常满意", "依然支持你们", "线路恢复正常，没有异常", "掉线的情况没有了", "以前很慢，现在快多了", "又快又好",
    "可以了", "确认解决，感谢师傅上门", "希望继续保持", "服务很好，还会再来",
    "Works again, thank you", "The line is up again, thanks", "Thank you", "all good, never again a problem", "Great service",
    "It has not dropped since", "No longer slow", "No problems since Monday", "The broken line is fixed now, thanks",
    "It was down, but now works fine", "Not a single drop since", "Could not be happier", "I cannot thank you enough",
    "still working fine, thanks", "Everything is back to normal", "No complaints", "Solved, thank you",
    "It kept dropping but your engineer fixed it", "Keep up the good work", "The issue is resolved",
    "谢谢师傅", "问题解决了，师傅很专业", "已恢复，辛苦了", "网络通了", "今天来修好了，没再断", "感谢你们及时处理故障", "处理得很好，不再卡顿",
    "满意，五星", "账单已更正，没有疑问", "一切正常", "没有意见", "收到退款了", "能正常使用了", "问题得到了解决", "之前打不开的网页现在能打开了",
    "不满一天就修好了", "从报修到恢复不到两小时，很快", "好用，没毛病", "原来的杂音没有了", "非常感谢，以后还找你们", "修好后没有出现过掉线",
    "比以前快多了", "反复沟通后终于解决了", "虽然慢了点，但是解决了", "多次上门，最终修好", "还不错", "都好了", "Thanks a lot", "Fixed. Thank you!",
    "Working well now", "All fine", "Much better now", "Very satisfied", "Quick and friendly service", "No further issues", "Nothing to complain about",
    "It was broken again last week but has been repaired", "Everything works", "Yes", "ok", "The network is stable now",
    "It took long, but it is solved", "the noise is gone", "No more drops", "Problem has not come back", "Refund received",
)  # fmt: skip


@pytest.mark.parametrize("words", UNSOLVED)
def test_words_that_sound_unsolved_are_asked_about(words):
    assert doubts.sounds_unsolved(words)


@pytest.mark.parametrize("words", SOLVED)
def test_plain_thanks_pass(words):
    assert not doubts.sounds_unsolved(words)


@pytest.mark.parametrize(
    "piece", ["没有", "已经", "不", "又", "再", "not ", "still ", "还", "it is ", "a", "没有再", "now "]
)
def test_no_wall_of_words_takes_long(piece):
    begun = time.process_time()
    doubts.sounds_unsolved(piece * (4_000 // len(piece)))
    assert time.process_time() - begun < 1
