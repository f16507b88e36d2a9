"""A sheet: a part of the policy on a form, from what holds to what is proposed; its mistakes beside their fields."""

from dataclasses import dataclass
from typing import Any

from flask import abort, request
from wtforms import HiddenField

from portal.domain import revisions, settings
from portal.domain.differences import name_of
from portal.domain.policy import INHERITED, Policy
from portal.domain.policy_changes import Change, wrong
from portal.domain.policy_reading import Mistake, write
from portal.domain.refusals import Refused
from portal.staff.configuration import proposing
from portal.staff.configuration.inputs import BLANK, Input, made_code
from portal.staff.configuration.places import called as place_called
from portal.staff.configuration.places import wrong_said
from portal.staff.configuration.proposing import NEW, WHOLE
from portal.staff.configuration.shape import hint_of, is_list, item_hint, key_of
from portal.staff.configuration.tables import Table, made, steps_of
from portal.staff.configuration.ways import number_in
from portal.web.forms import Form, said
from portal.web.words import gettext

ROOT = "v"
KEYS = ("code", "extension")


class Drawn(Form):
    """A form drawn from a revision."""

    revision = HiddenField()


@dataclass
class Sheet:
    """The form of an item (`code`), of a new one (NEW), or of a whole section (WHOLE)."""

    section: str
    code: str
    item: Any
    root: Input
    form: Drawn

    @property
    def drawn_from(self) -> int:
        return number_in(self.form.revision.data)

    @property
    def inputs(self) -> list[Input]:
        """What is shown: a code once given is not typed again."""
        if not isinstance(self.root, Table):
            return [self.root]
        return [one for one in self.root.inputs if self.item is None or one.name not in KEYS]

    @property
    def wants_more(self) -> bool:
        """Was another blank row asked for? Then nothing is checked yet."""
        return bool(request.form.get("more"))

    def fits(self) -> bool:
        """Is everything that has to be given there and readable? What is not is said beside its field."""
        fits = self.form.validate()
        for name in self.root.blanks(self.form):
            if not self.form[name].errors:
                self.form[name].errors, fits = [gettext(BLANK)], False
        return fits

    def change(self) -> Change:
        """What was typed, as a change of the policy."""
        value = self.root.read(self.form)
        if self.code == WHOLE:
            return Change("set", self.section, value=value)
        if self.item is not None:
            value[next(key for key in KEYS if hasattr(self.item, key))] = self.code
        elif "code" in value and not self.form[f"{ROOT}-code"].data:
            taken = {one.code for one in settings.policy().known(self.section)}
            value["code"] = made_code(value["words"]["en"], taken)
        return Change("put", self.section, "" if self.code == NEW else self.code, value)

    def mistakes(self, change: Change) -> list[str]:
        """What does not fit the rest of the policy, put beside its field; what belongs to no field is given back."""
        try:
            document = change.applied(settings.document_of(settings.policy_id()))
        except Refused as refusal:
            return [said(refusal)]
        loose = []
        for mistake in wrong(document):
            name, text = self._field_of(mistake, change, document), wrong_said(mistake, settings.policy())
            if name is None:
                loose.append(f"{place_called(mistake.place, settings.policy())}: {text}")
            elif not self.form[name].errors:
                self.form[name].errors = [text]
        return loose

    def _field_of(self, mistake: Mistake, change: Change, document: dict) -> str | None:
        section, *steps = steps_of(mistake.place)
        if section != self.section:
            return None
        if change.verb == "set":
            return self.root.spot(steps)
        own = name_of(change.value)
        number = next((str(at) for at, one in enumerate(document[section]) if name_of(one) == own), "")
        return self.root.spot(steps[1:]) if steps and steps[0] in (own, number) else None


def sheet(section: str, code: str) -> Sheet:
    """The sheet of this place, filled with what was sent, what is proposed already, or what holds. 404 where nothing is."""
    policy = settings.policy()
    item = next((one for one in policy.known(section) if key_of(one) == code), None) if is_list(section) else None
    if code not in (NEW, WHOLE) and item is None:
        abort(404)
    root = _root(section, code, item, policy)
    form = type("SheetForm", (Drawn,), root.fields())()
    form.revision.data = form.revision.data or str(revisions.head("policy"))
    return Sheet(section, code, item, root, form)


def _root(section: str, code: str, item: Any, policy: Policy) -> Input:
    value = _begun(section, code)
    if code == WHOLE:
        return made(hint_of(section), ROOT, section, value or write(getattr(policy, section)), True, policy)
    held = write(item) if item is not None else _like_its_group(section, policy)
    return made(item_hint(section), ROOT, section, value or held, True, policy)


def _begun(section: str, code: str) -> Any:
    """What was proposed and not decided: whoever asks to go on with it finds it in the form."""
    proposal = proposing.kept(section, code) if "again" in request.args else None
    return proposal.change.value if proposal and proposal.change.verb in ("put", "set") else None


def _like_its_group(section: str, policy: Policy) -> dict:
    """A new class begins as its group is."""
    wanted = request.args.get("group") if section == "classes" else None
    group = next((one for one in policy.classes if one.code == wanted and one.is_group), None)
    if group is None:
        return {}
    document = write(group)
    return {name: document[name] for name in INHERITED} | {"parent": group.code}
