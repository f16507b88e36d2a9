"""To whom orders can go: departments and providers as choices of a form, and which of them is proposed (R11, R13)."""

from collections.abc import Collection

from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from portal.access.door import me
from portal.access.scopes import visible
from portal.domain.people.models import Department, Provider
from portal.domain.tickets import dispatching
from portal.web.filters import ended, words_in
from portal.web.words import gettext


class Ticks(SelectMultipleField):
    """Several of a list, each with its tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def parties() -> dict[str, Department | Provider]:
    """Everybody who takes orders, by key: departments, then providers."""
    found = (party for model in (Department, Provider) for party in dispatching.open_to(visible(model, me())))
    return {key_of(party): party for party in found}


def key_of(party: Department | Provider) -> str:
    """A party as it travels in a form."""
    return f"{'d' if isinstance(party, Department) else 'p'}{party.id}"


def offer(form, known: dict[str, Department | Provider], nobody: str, but: Collection[str] = ()) -> None:
    """Fill the fields `lead` and `assisting`; `nobody` is said where no lead is chosen."""
    groups: dict[str, list[tuple[str, str]]] = {gettext("Departments"): [], gettext("Providers"): []}
    for key, party in known.items():
        if key not in but:
            group = gettext("Departments") if isinstance(party, Department) else gettext("Providers")
            groups[group].append((key, name_of(party)))
    form.lead.choices = {"—": [("", nobody)], **{name: rows for name, rows in groups.items() if rows}}
    form.assisting.choices = [row for rows in groups.values() for row in rows]


def name_of(party: Department | Provider) -> str:
    """A party as a choice: its name, and its last day where that is known."""
    return words_in(party.words) if party.closed_on is None else f"{words_in(party.words)} ({ended(party.closed_on)})"


def proposed(known: dict[str, Department | Provider], code: str) -> str:
    """The key of the department of this code; nothing if it takes no orders."""
    return next((key for key, one in known.items() if isinstance(one, Department) and one.code == code), "")


def chosen(form) -> list[str]:
    """The keys that were chosen, the lead first, each once."""
    return list(dict.fromkeys(filter(None, [form.lead.data, *(form.assisting.data or ())])))
