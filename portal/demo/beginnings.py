"""When every ticket of the demo world begins, and of which customer it is: as many in one month as in any other.

Complaints that providers handle have a plan of their own: mostly early in a month and done in time, so that most
providers keep their support (R32); in the last closed month two lose it by a ticket.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import cycle

from portal.demo import desks, hours
from portal.demo.everyday import Teller
from portal.demo.lives import Life, Troupe
from portal.demo.stories import Story, stories
from portal.domain.quality.days import first, following, zone

MONTHS = 13
"""So many whole months before the running one have tickets: a control chart wants twelve before the last closed one."""
SHOWN = 6
WEEKEND, BEGINNING = 1, 4
"""What a day off weighs, and one of the first two months; a working day weighs six."""

# How long before the end a story begins that is not over yet: hours, at least and at most.
BEGUN = {
    "open_new": (0.3, 5),
    "open_handling": (20, 110),
    "waiting": (24, 70),
    "verifying": (30, 60),
    "reopened": (16 * 24, 24 * 24),
}
LATELY = timedelta(days=10)
"""What came in so many last days is mostly what is still under way."""
RISES_FROM, RISES_BY = 8, 2
"""For so many closed months one class has at least so many complaints a month."""
KEEPING = 4
"""Of so many providers there is one complaint a month that is closed in time."""
LOSING = ((), ("late",), ("unclosed",), ("late", "unclosed"))
"""Who loses by a ticket, month by month in turn: by a closure after its limit, or after the month."""


def since(until: datetime) -> date:
    """The first day of the first month."""
    return following(first(until.astimezone(zone()).date()), -MONTHS)


def lives(troupe: Troupe, until: datetime, dice: random.Random) -> list[Iterator[datetime]]:
    """Every ticket's life: the stories', the everyday ones', and those that wait on somebody's desk today."""
    return _Year(troupe, until, dice).lives()


class _Year:
    def __init__(self, troupe: Troupe, until: datetime, dice: random.Random):
        self.troupe, self.until, self.dice, self.teller = troupe, until, dice, Teller(troupe.pack)
        self.begins, self.today = since(until), until.astimezone(zone()).date()
        while not hours.is_working_day(self.begins):
            self.begins += timedelta(days=1)
        self.days = _weighted(self.begins, self.today - LATELY)
        self.months = hours.months(self.begins, self.today)
        self.found: list[Iterator[datetime]] = []

    def lives(self) -> list[Iterator[datetime]]:
        plays = list(stories(self.troupe.pack))
        self.dice.shuffle(plays)
        open_ones = [one for one in plays if one.ends in BEGUN]
        providers = [one for one in plays if one.kind == "complaint" and one.to_provider and one not in open_ones]
        for story in open_ones:
            self._begun(story)
        self._of_providers(providers)
        self._rising()
        self._again()
        self._sudden()
        for kind in ("complaint", "repair", "enquiry", "suggestion", "praise", "service"):
            told = [one for one in plays if one.kind == kind and one not in open_ones and one not in providers]
            self._spread(kind, told)
        self.found += desks.lives(self.troupe, self.until, self.teller)
        return self.found

    # What is under way at the end.

    def _begun(self, story: Story) -> None:
        least, most = BEGUN[story.ends]
        at = self.until - timedelta(hours=self.dice.uniform(least, most))
        own, _ = self.troupe.customers[0]
        fitting = [key for key, industry in self.troupe.customers if not story.fits or industry in story.fits]
        is_shown = own in fitting and self.troupe.busy.get(own, 0) < SHOWN
        self._live(story, own if is_shown else self._buyer(story), self._at(story, at.astimezone(zone()).date()))

    # What providers handle.

    def _of_providers(self, told: list[Story]) -> None:
        codes, number = cycle(self.troupe.providers), 0
        for index, month in enumerate(self.months):
            is_last, is_running = index == MONTHS - 1, index == MONTHS
            losing = ("late", "unclosed") if is_last else ("late",) if is_running else LOSING[index % len(LOSING)]
            for how in (*("kept",) * KEEPING, *losing):
                number += 1
                code = next(codes)
                mine = next(
                    (one for one in told if one.to_provider == code and (one.pace == "late") == (how == "late")), None
                )
                if mine is not None and how != "unclosed":
                    told.remove(mine)
                day = self._day_of(month, 27 if how == "unclosed" else 2, 28 if how == "unclosed" else 13)
                self._provided(mine if how != "unclosed" else None, code, how, day, number)
        for story in told:
            self._provided(
                story, story.to_provider or "", "kept", self._day_of(self.dice.choice(self.months[:-2]), 2, 13), 1
            )

    def _provided(self, story: Story | None, code: str, how: str, day: date, number: int) -> None:
        if day > self.today:
            return
        buyer, industry = self._anybody()
        if story is None:
            theme = self.teller.theme_of("complaint", code)
            if theme is None:
                return
            pace = {"kept": "prompt", "late": "late", "unclosed": "late"}[how]
            channel = "web" if number % 5 == 0 else ""
            story = self.teller.story(
                theme, industry, provider=code, pace=pace, channel=channel, outcome="solved_satisfied"
            )
            self._live(story, buyer, self._at(story, day))
        else:
            self._live(story, self._buyer(story), self._at(story, day))

    # What figures are to show.

    def _rising(self) -> None:
        theme = self.teller.rising()
        for month in self.months[-1 - RISES_FROM : -1]:
            for _ in range(RISES_BY):
                buyer, industry = self._anybody()
                story = self.teller.story(theme, industry, pace="normal")
                self._live(story, buyer, self._at(story, self._day_of(month, 2, 26)))

    def _again(self) -> None:
        """One customer complains of the same again and again, each time after it was closed."""
        told = self.teller.told["again"]
        buyer, industry = self.troupe.customers[told["buyer"]]
        for days in told["days"]:
            story = self.teller.story(
                self.teller.theme_about(told["class"]), industry, pace="prompt", outcome="solved_satisfied"
            )
            self._live(story, buyer, hours.ago(self.until, days, "again"))

    def _sudden(self) -> None:
        """In the last closed month many customers complain of one thing within days."""
        told = self.teller.told["sudden"]
        for n in range(told["customers"]):
            buyer, industry = self.troupe.customers[(told["buyer"] + 3 * n) % len(self.troupe.customers)]
            story = self.teller.story(self.teller.theme_about(told["class"]), industry, pace="normal")
            self._live(story, buyer, self._at(story, self._day_of(self.months[-2], 14, 24)))

    # All the others.

    def _spread(self, kind: str, told: list[Story]) -> None:
        """The stories of a kind and its everyday tickets, at even distances over the whole time."""
        number = len(told) + round(self.teller.monthly(kind) * len(self.months))
        plan: list[Story | None] = [*told, *[None] * (number - len(told))]
        self.dice.shuffle(plan)
        web = 0
        for n, story in enumerate(plan):
            day = self._day((n + self.dice.uniform(0.1, 0.9)) / number, story)
            if story is None:
                buyer, industry = self._anybody()
                web += kind == "complaint"
                channel = "web" if kind == "complaint" and web % 2 == 0 else ""
                story = self.teller.story(self.teller.theme(kind), industry, channel=channel)
                self._live(story, buyer, self._at(story, day))
            else:
                self._live(story, self._buyer(story), self._at(story, day))

    def _day(self, share: float, story: Story | None) -> date:
        days = [day for day in self.days if day.month in story.months] if story and story.months else self.days
        days = days or self.days
        day = days[min(len(days) - 1, int(share * len(days)))]
        if story and story.weekday:
            day -= timedelta(days=(day.isoweekday() - story.weekday) % 7)
        return day if day >= self.begins else day + timedelta(days=7)

    def _day_of(self, month: date, least: int, most: int) -> date:
        """A working day between two days of a month; of a running one's as far as it has come."""
        day = min(month.replace(day=self.dice.randint(least, most)), max(self.today - timedelta(days=1), month))
        while not hours.is_working_day(day):
            day += timedelta(days=1)
        return day

    def _at(self, story: Story, day: date) -> datetime:
        """When it is opened on that day: at the hour its text names; by customers when they write, by staff at their desks."""
        if story.opens:
            hour, minute = (int(part) for part in story.opens.split(":"))
            at = datetime.combine(day, time(hour, minute, self.dice.randint(0, 59)), zone())
            return at if at < self.until else at - timedelta(days=1)
        if story.channel == "portal":
            noon = datetime.combine(day, time(12), zone())
            return hours.as_customers_write(noon, self.dice, self.until - timedelta(minutes=12))
        return hours.at_desk(day, self.dice, self.until - timedelta(minutes=12))

    # Whose it is.

    def _buyer(self, story: Story) -> int:
        """Of the customers that it fits the one with the fewest tickets."""
        fitting = [key for key, industry in self.troupe.customers if not story.fits or industry in story.fits]
        return self._least(fitting or [key for key, _ in self.troupe.customers])

    def _anybody(self) -> tuple[int, str]:
        """Large customers have more tickets than small ones."""
        size = len(self.troupe.customers)
        return self.troupe.customers[min(self.dice.randrange(size), self.dice.randrange(size + size // 2)) % size]

    def _least(self, keys: list[int]) -> int:
        return min(keys, key=lambda key: (self.troupe.busy.get(key, 0), self.dice.random()))

    def _live(self, story: Story, buyer: int, begins: datetime) -> None:
        self.troupe.busy[buyer] = self.troupe.busy.get(buyer, 0) + 1
        life = Life(story, self.troupe, random.Random(f"{story.id}"), buyer, self.until)
        self.found.append(life.lived(begins))


def _weighted(begins: date, ends: date) -> list[date]:
    """Every day as often as it weighs."""
    thin = following(begins, 2)
    found = []
    for number in range((ends - begins).days + 1):
        day = begins + timedelta(days=number)
        found += [day] * (WEEKEND if not hours.is_working_day(day) else BEGINNING if day < thin else 6)
    return found
