"""Questionnaires (R26): kinds of questions, rules in words, names with a fallback, versions that never change."""

from dataclasses import replace

import pytest

from portal.db import db, transaction
from portal.domain.refusals import Refused
from portal.domain.surveys import checking, editing, piping, questionnaires, rules
from portal.domain.surveys.document import Document, Question, Rule, Section, kept_question, question_from, read, write
from portal.domain.surveys.models import Questionnaire, QuestionnaireVersion
from portal.domain.surveys.questions import KINDS, NOTHING, Given
from portal.i18n import Words
from tests.survey_cast import a_document, a_published, a_runner, options, q


def given(question: Question, **posted) -> list[Given]:
    fields = {name.replace("_", "."): [value] if isinstance(value, str) else value for name, value in posted.items()}
    return KINDS[question.kind].read(question, fields)


@pytest.mark.parametrize(
    ("question", "posted", "kept"),
    [
        (q("a"), {"q_a": "4"}, [Given(number=4)]),
        (q("a"), {}, []),
        (q("a", "ten"), {"q_a": "10"}, [Given(number=10)]),
        (q("a", "nps"), {"q_a": "0"}, [Given(number=0)]),
        (q("a", "single", options=options("x", "y")), {"q_a": "y"}, [Given(choice="y")]),
        (q("a", "several", options=options("x", "y", "z")), {"q_a": ["z", "x"]}, [Given("x", "x"), Given("z", "z")]),
        (q("a", "matrix", rows=options("x", "y")), {"q_a_x": "5", "q_a_y": "2"}, [Given("x", number=5), Given("y", number=2)]),
        (q("a", "matrix", rows=options("x"), may_not_apply=True), {"q_a_x": "na"}, [Given("x", is_not_applicable=True)]),
        (q("a", "text"), {"q_a": " 很好\r\n谢谢 "}, [Given(text="很好\n谢谢")]),
        (q("a", "number", least=0, most=9.5), {"q_a": "9.5"}, [Given(number=9.5)]),
        (q("a", "date"), {"q_a": "2026-03-15"}, [Given(text="2026-03-15")]),
        (q("a", "ranking", options=options("x", "y")), {"q_a_x": "2", "q_a_y": "1"}, [Given("x", number=2), Given("y", number=1)]),
        (q("a", may_not_apply=True), {"q_a": "na"}, [NOTHING]),
        (q("a", "text", may_not_apply=True), {"q_a": "", "na_a": "na"}, [NOTHING]),
    ],
)  # fmt: skip
def test_what_is_given_becomes_typed_answers(question, posted, kept):
    assert given(question, **posted) == kept


@pytest.mark.parametrize(
    ("question", "posted"),
    [
        (q("a"), {"q_a": "6"}),
        (q("a"), {"q_a": "4.5"}),
        (q("a"), {"q_a": "na"}),
        (q("a", "nps"), {"q_a": "11"}),
        (q("a", "single", options=options("x", "y")), {"q_a": "z"}),
        (q("a", "matrix", rows=options("x")), {"q_a_x": "0"}),
        (q("a", "text"), {"q_a": "长" * 4001}),
        (q("a", "number"), {"q_a": "nan"}),
        (q("a", "number", most=3), {"q_a": "4"}),
        (q("a", "date"), {"q_a": "soon"}),
        (q("a", "ranking", options=options("x", "y")), {"q_a_x": "1", "q_a_y": "1"}),
        (q("a", "text", may_not_apply=True), {"q_a": "x", "na_a": "na"}),
        (q("a", "several", options=options("x"), may_not_apply=True), {"q_a": ["x", "na"]}),
        (q("a", "ranking", options=options("x"), may_not_apply=True), {"q_a_x": "1", "na_a": "na"}),
    ],
)
def test_what_makes_no_sense_is_refused(question, posted):
    with pytest.raises(Refused):
        given(question, **posted)


def test_a_matrix_and_a_ranking_are_complete_only_with_every_row():
    matrix, ranking = q("a", "matrix", rows=options("x", "y")), q("a", "ranking", options=options("x", "y"))
    for one in (matrix, ranking):
        assert not KINDS[one.kind].is_complete(one, [Given("x", number=1)])
        assert KINDS[one.kind].is_complete(one, [Given("x", number=1), Given("y", number=2)])


@pytest.mark.parametrize(
    ("rule", "answers", "holds"),
    [
        (Rule("a", "at_most", ("2",)), [Given(number=2)], True),
        (Rule("a", "at_most", ("2",)), [Given(number=3)], False),
        (Rule("a", "at_least", ("9",)), [Given(number=10)], True),
        (Rule("a", "any", ("x",)), [Given("x", "x"), Given("y", "y")], True),
        (Rule("a", "none", ("x",)), [Given("y", "y")], True),
        (Rule("a", "none", ("x",)), [], False),
        (Rule("a", "any", ("1", "2")), [Given(number=2)], True),
        (Rule("a", "answered"), [Given(text="x")], True),
        (Rule("a", "answered"), [NOTHING], False),
    ],
)
def test_a_rule_holds_as_it_says(rule, answers, holds):
    assert rules.holds(rule, answers) is holds


def test_what_depends_on_a_hidden_question_is_hidden_too():
    document = Document((Section("s", Words("节"), questions=(
        q("a"), q("b", show_if=Rule("a", "at_most", ("2",))), q("c", show_if=Rule("b", "answered")),
    )),))  # fmt: skip
    assert rules.shown(document, {"a": [Given(number=5)], "b": [Given(number=1)]}) == {"a"}
    assert rules.shown(document, {"a": [Given(number=1)], "b": [Given(number=1)]}) == {"a", "b", "c"}


def test_a_rule_reads_as_a_sentence():
    document = Document(
        (Section("s", Words("节"), questions=(q("a", "single", zh="渠道", options=options("x", "y")),)),)
    )
    text, facts = rules.in_words(document, Rule("a", "any", ("x", "y")))
    assert (text.format(question=facts["question"].zh, values=facts["values"].zh)) == "Only if “渠道” is 选x、选y"


def test_names_stand_in_the_words_and_a_fallback_where_they_are_not_known():
    text = "{customer|贵公司}的{contact|您}"
    assert piping.filled(text, {"customer": "海川物流", "contact": ""}) == "海川物流的您"
    assert piping.filled("{nobody}", {}) == ""
    assert [facts["name"] for _, facts in piping.wrong("{customer} {age|x}")] == ["{customer|…}", "{age}"]


def test_a_document_is_read_as_it_was_written():
    document = a_document()
    assert read(write(document)) == document
    one = q("a", "number", least=1.5, show_if=Rule("b", "none", ("x",)))
    assert question_from(kept_question(one)) == one


@pytest.mark.parametrize(
    "wrong",
    [
        Document(),
        Document((Section("s", Words("节")),)),
        Document((Section("s", Words(""), questions=(q("a"),)),)),
        Document((Section("s", Words("节"), questions=(q("a"), q("a"))),)),
        Document((Section("s", Words("节"), questions=(q("a", "single", options=options("x")),)),)),
        Document((Section("s", Words("节"), questions=(Question("a", "stars", Words("问", "")),)),)),
        Document((Section("s", Words("节"), questions=(q("a", show_if=Rule("b", "answered")), q("b"))),)),
        Document((Section("s", Words("节"), questions=(q("a"), q("b", show_if=Rule("a", "any", ("9",))))),)),
        Document((Section("s", Words("节"), questions=(q("a"), q("b", show_if=Rule("a", "at_most", ("x",))))),)),
        Document((Section("s", Words("节"), questions=(q("a", zh="{customer}好吗"),)),)),
        Document((Section("s", Words("节"), questions=(q("a", "number", least=3, most=3),)),)),
    ],
)
def test_what_is_not_ready_is_not_published(app, wrong):
    assert checking.problems(wrong)
    with pytest.raises(Refused):
        a_published(wrong)


def test_a_published_version_never_changes(app):
    key = a_published().id
    with pytest.raises(RuntimeError), transaction():
        db.session.get_one(QuestionnaireVersion, key).document = {}
    with pytest.raises(RuntimeError), transaction():
        db.session.delete(db.session.get_one(QuestionnaireVersion, key))
    assert db.session.get_one(QuestionnaireVersion, key).document["sections"]


def test_a_change_makes_the_next_version_which_says_what_becomes_incomparable(app):
    first, runner = a_published(), a_runner()
    with transaction():
        row = db.session.get_one(Questionnaire, first.questionnaire_id)
        draft = questionnaires.next_version(row, runner)
        assert (draft.number, questionnaires.next_version(row, runner).id) == (2, draft.id)

        def edit(document: Document) -> Document:
            document = editing.moved(document, "words", "away")
            document = editing.put_question(
                document, "s1", replace(document.by_code["overall"], words=Words("总体如何", "How"))
            )
            return editing.put_question(document, "s2", q("fresh"))

        questionnaires.change(row, runner, edit)
        with pytest.raises(Refused):
            questionnaires.publish(row, runner)
        second = questionnaires.publish(row, runner, "总体一题改了说法")
        assert second.broken == {"overall": ["words"], "fresh": ["new"], "words": ["gone"]}
        assert questionnaires.newest_published(row).id == second.id
        with pytest.raises(Refused):
            questionnaires.change(row, runner, edit)
    assert read(db.session.get_one(QuestionnaireVersion, first.id).document) == a_document()


def test_another_scale_breaks_the_ratings_alone():
    assert checking.broken(a_document(), a_document(scale="linear", values=(0, 25, 50, 75, 100))) == {
        "overall": ["scale"],
        "sides": ["scale"],
    }


def test_the_scale_is_kept_in_the_version():
    assert [a_document().points(n) for n in range(1, 6)] == [0, 30, 60, 80, 100]


def test_choices_keep_their_codes_while_their_words_stay():
    known = options("a", "b", "c")
    assert [one.code for one in editing.options("选c\n选a", "C\nA", known)] == ["c", "a"]
    assert [one.code for one in editing.options("选a\n改了\n选c", "", known)] == ["a", "b", "c"]
    assert [one.code for one in editing.options("选a\n选b\n选c\n新的", "", known)] == ["a", "b", "c", "o1"]


def test_the_bank_gives_questions_to_other_questionnaires(app):
    with transaction():
        item = questionnaires.put_in_bank(q("a", show_if=Rule("b", "answered")), None)
        taken = questionnaires.from_bank([item.id])
        document = editing.put_question(a_document(), "s1", replace(taken[0], code="overall2"))
    assert taken[0].show_if is None
    assert "overall2" in document.by_code


def test_only_supervisors_write_questionnaires(app):
    from tests.factories import again, an_agent

    with pytest.raises(Refused), transaction():
        questionnaires.make(again(an_agent()), "问卷")
