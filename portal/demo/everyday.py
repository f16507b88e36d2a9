"""The everyday tickets of the demo world: stories put together sentence by sentence from a pack's everyday.toml."""

import random
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

from portal.demo.cast import cast
from portal.demo.reading import table
from portal.demo.stories import Again, Ago, Answer, InDays, Story, Told
from portal.domain import settings

STARS = (None, None, None, None, None, None, 5, 5, 5, 5, 5, 4, 4, 4, 4, 3, 3, 2, 2, 1)
PACES = ("prompt", "prompt", "prompt", "normal", "normal", "normal", "normal", "normal", "slow", "slow", "late")
CHANNELS = ("portal", "portal", "portal", "portal", "hotline", "hotline", "hotline", "email", "visit")
FIRST_EVERY, REWORK_EVERY, UPSET_EVERY = 3, 23, 13


class Deck:
    """Cards drawn in an order of chance; shuffled again only when all were drawn."""

    def __init__(self, cards: Iterable, dice: random.Random):
        self.cards, self.dice, self.left = list(cards), dice, []

    def draw(self) -> Any:
        if not self.left:
            self.left = self.dice.sample(self.cards, len(self.cards))
        return self.left.pop()


class Teller:
    """Tells one ticket after another, none like another; the same from the same pack."""

    def __init__(self, pack: str):
        self.told, self.dice, self.number = table(pack, "everyday"), random.Random(f"{pack} everyday"), 0
        self.staff = [one for one in cast(pack).staff if {"handler", "agent"} & set(one.roles)]
        said = self.told["said"]
        self.pools = {name: self._deck(product(*said[name])) for name in ("contact", "first", "call")}
        self.pools |= {
            name: self._deck(said[name])
            for name in (
                "until",
                "upset",
                "still",
                "more",
                "praise",
                "fair",
                "blame",
                "platforms",
                "authors",
                "posts",
                "questions",
            )
        }
        self.stars = self._deck(STARS)
        self.decks: dict[tuple[int, str], Deck] = {}
        self.themes = {
            kind: self._deck(
                n for n, one in enumerate(self.told["theme"]) if one["kind"] == kind for _ in range(one["weight"])
                if not one.get("rising")
            )
            for kind in self.told["monthly"]
        }  # fmt: skip

    def monthly(self, kind: str) -> float:
        """How many tickets of a kind there are in a month."""
        return self.told["monthly"].get(kind, 0)

    def theme(self, kind: str) -> int:
        """What the next ticket of this kind is about, as its number."""
        return self.themes[kind].draw()

    def theme_of(self, kind: str, provider: str) -> int | None:
        """What a ticket of this kind is about that a provider handles."""
        able = [
            n for n, one in enumerate(self.told["theme"])
            if one["kind"] == kind and provider in one.get("providers", ()) and not one.get("rising")
        ]  # fmt: skip
        return self.dice.choice(able) if able else None

    def theme_about(self, class_code: str) -> int:
        """The theme of complaints of this class."""
        told = enumerate(self.told["theme"])
        return next(n for n, one in told if one["kind"] == "complaint" and one["class"] == class_code)

    def rising(self) -> int:
        """The theme whose complaints become more."""
        return next(n for n, one in enumerate(self.told["theme"]) if one.get("rising"))

    def story(
        self, number: int, industry: str, *, provider: str | None = None, channel: str = "", pace: str = "", ends: str = "closed",
        **facts: Any,
    ) -> Story:  # fmt: skip
        """One ticket about this theme, of a customer of this trade."""
        self.number += 1
        theme, said = self.told["theme"][number], self._facts(industry)
        channel = channel or self.dice.choice(CHANNELS)
        if theme["kind"] in ("praise", "suggestion", "enquiry", "service") and channel == "visit":
            channel = "portal"
        parts = self._pair(number, said) if "pairs" in theme else self._worked(number, theme, said, channel)
        if facts.get("outcome"):
            parts = {**parts, "rework": None}
        return Story(**{
            "id": f"day-{self.number}", "kind": theme["kind"], "channel": channel, "pace": pace or self.dice.choice(PACES),
            "class_code": theme.get("class"), "service": theme.get("service"), "to": None if provider else theme.get("to"),
            "to_provider": provider, "severity": theme.get("severity", "normal"), "ends": ends, **self._rated(), **parts,
            "answers": {**self._asked(theme, said, channel), **parts.get("answers", {})}, **facts,
        })  # fmt: skip

    def _facts(self, industry: str) -> dict[str, Any]:
        places = self.told["places"]
        number = self.dice.randint(11, 9989)
        return {
            "place": self._card(places.get(industry, places["*"]) + places["*"][:2], industry), "n": self.dice.randint(2, 6),
            "line": self.dice.choice(self.told["circuits"]).format(number), "author": self.pools["authors"].draw(),
            "platform": self.pools["platforms"].draw(),
        }  # fmt: skip

    def _pair(self, number: int, said: Mapping[str, Any]) -> dict[str, Any]:
        theme = self.told["theme"][number]
        subject, text, answer = (part.format(**said) for part in self._card(theme["pairs"], (number, "pairs")))
        praised = self.dice.choice(self.staff)
        found = {"subject": subject, "text": text, "solution": answer}
        if theme["kind"] != "praise":
            return found
        asked = {"praised": praised.name, "praise_form": "portal", "happened_on": InDays(-2)}
        return {**found, "praised": praised.key, "answers": asked}

    def _worked(self, number: int, theme: dict[str, Any], said: Mapping[str, Any], channel: str) -> dict[str, Any]:
        """A complaint or repair request, with how it was handled and how it ended."""
        text = "".join(self._card(list(product(theme["opens"], theme["goes_on"])), (number, "text"))).format(**said)
        if channel == "web":
            text = self.pools["posts"].draw().format(**said) + f"“{text}”"
        end = self._card(theme["end"], (number, "end"))
        wish = self._card(theme["wishes"], (number, "wishes")) if "wishes" in theme else ""
        shape = self._shape(theme["class"], end["shape"])
        replies = [Answer(end["final"].format(**said), "final", shape)]
        if self.number % FIRST_EVERY == 0:
            first = "".join(self.pools["first"].draw()).format(**said)
            replies.insert(0, Answer(first, "preliminary", {"until": self.pools["until"].draw()}))
        return {
            "subject": self._card(theme["subjects"], (number, "subjects")).format(**said), "text": text, "wish": wish,
            "suggestion": self._card(theme["suggestions"], (number, "suggestions")), "replies": tuple(replies),
            "contact": "".join(self.pools["contact"].draw()).format(**said), "solution": end["solution"].format(**said),
            **self._called(end, said),
        }  # fmt: skip

    def _called(self, end: dict[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
        call = "".join(self.pools["call"].draw()).format(**said)
        if self.number % REWORK_EVERY == 5:
            rework = Again(solution=self.pools["more"].draw(), call_note=call)
            return {"outcome": "not_solved", "call_note": self.pools["still"].draw(), "rework": rework}
        if self.number % UPSET_EVERY == 7:
            return {"outcome": "solved_unsatisfied", "call_note": self.pools["upset"].draw()}
        return {"call_note": call}

    def _rated(self) -> dict[str, Any]:
        stars = self.stars.draw()
        if stars is None:
            return {}
        name = "praise" if stars >= 4 and self.number % 3 else "fair" if stars >= 3 else "blame"
        return {"stars": stars, "comment": "" if stars > 2 and self.number % 2 else self.pools[name].draw()}

    def _shape(self, class_code: str, told: dict[str, Any]) -> dict[str, Told]:
        wanted = [part.code for part in settings.policy().reply_shape(class_code)]
        return {
            code: ("yes" if value else "no") if isinstance(value, bool) else value
            for code, value in told.items() if code in wanted
        }  # fmt: skip

    def _asked(self, theme: dict[str, Any], said: Mapping[str, Any], channel: str) -> dict[str, Told]:
        told = {**self.told["asks"].get(theme["kind"], {}), **theme.get("asks", {})}
        hours = self.dice.choice((2, 3, 5, 20, 26, 44))
        answers: dict[str, Told] = {name: self._answer(value, said) for name, value in told.items()}
        asked = {ask.name for ask in settings.policy().kind(theme["kind"]).asks}
        answers |= {name: Ago(hours) for name in ("happened_at", "since") if name in asked}
        if channel == "web":
            url = f"https://bbs{self.number % 7}.example/t/{51000 + 37 * self.number}"
            answers |= {"url": url, "platform": said["platform"], "author": said["author"], "posted_at": Ago(hours / 2)}
        if channel == "visit":
            answers["visited_on"] = InDays(0)
        return answers

    def _answer(self, value: Any, said: Mapping[str, Any]) -> Told:
        if isinstance(value, dict):
            return InDays(value["in_days"])
        return value.format(**said) if isinstance(value, str) else value

    def _card(self, cards: list, key) -> Any:
        if key not in self.decks:
            self.decks[key] = self._deck(cards)
        return self.decks[key].draw()

    def _deck(self, cards: Iterable) -> Deck:
        return Deck(cards, self.dice)
