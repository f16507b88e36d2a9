"""The everyday tickets: each fits its policy pack, and none is told like another."""

from collections import Counter
from itertools import cycle

import pytest

from portal.demo.cast import cast
from portal.demo.everyday import Teller
from portal.demo.reading import table
from portal.domain import policy

in_each_pack = pytest.mark.parametrize("pack", policy.PACKS)


@pytest.fixture
def told(pack, monkeypatch):
    """A year of everyday tickets of this pack."""
    rules = policy.parse(policy.load_pack(pack))
    monkeypatch.setattr("portal.domain.settings.policy", lambda *_: rules)
    teller, trades = Teller(pack), cycle(one.industry for one in cast(pack).customers)
    kinds = [kind for kind, number in table(pack, "everyday")["monthly"].items() for _ in range(round(13 * number))]
    channels = cycle(("", "", "web"))
    return [
        teller.story(teller.theme(kind), next(trades), channel=next(channels) if kind == "complaint" else "") for kind in kinds
    ]  # fmt: skip


@in_each_pack
def test_no_two_say_the_same(pack, told):
    assert [
        text for text, times in Counter(one.text for one in told if one.kind == "complaint").items() if times > 1
    ] == []
    assert all(times <= 4 for times in Counter(one.subject for one in told).values())


@in_each_pack
def test_nothing_is_left_open_in_a_sentence(pack, told):
    for one in told:
        for said in (
            one.subject,
            one.text,
            one.contact,
            one.solution,
            one.call_note,
            *(reply.text for reply in one.replies),
        ):
            assert "{" not in said


@in_each_pack
def test_each_answers_what_it_is_asked(pack, told):
    rules = policy.parse(policy.load_pack(pack))

    for one in told:
        asks = [*rules.kind(one.kind).asks, *rules.channel(one.channel).asks]
        asks += rules.ticket_class(one.class_code).asks if one.class_code else []
        asks += rules.service(one.service).asks if one.service else []
        needed = {ask.name for ask in asks if ask.required} - {"on_site_contact", "on_site_phone", "wish"}
        assert needed <= set(one.answers)
        assert set(one.answers) <= {ask.name for ask in asks}
        if one.class_code:
            assert one.kind in rules.ticket_class(one.class_code).kinds


@in_each_pack
def test_a_final_reply_has_the_shape_its_class_wants(pack, told):
    rules = policy.parse(policy.load_pack(pack))

    for one in told:
        if one.replies:
            asked = rules.reply_shape(one.class_code)
            assert {part.code for part in asked if part.required and not part.when_open} <= set(one.shape)


@in_each_pack
def test_the_themes_name_parties_that_exist(pack):
    providers, departments = {one.code for one in cast(pack).providers}, {one.code for one in cast(pack).departments}
    themes = table(pack, "everyday")["theme"]

    assert {one["to"] for one in themes if "to" in one} <= departments
    assert {code for one in themes if one["kind"] == "complaint" for code in one.get("providers", ())} == providers
