"""Writes the shipped days off: .venv/bin/python bin/days_off.py > portal/policy_packs/calendar.toml

A run of days off that holds a festival carries its name from end to end, as the official notice does. When
the State Council has announced a further year (each November), add it to CONFIRMED with its source.
"""

import re
import sys
from datetime import date, timedelta
from itertools import groupby

import holidays

CONFIRMED = {
    2025: "国务院办公厅关于2025年部分节假日安排的通知 (2024-11-12)",
    2026: "国务院办公厅关于2026年部分节假日安排的通知 (2025-11-04)",
}
GUESSED = {2027: "全国年节及纪念日放假办法 (法定假日, 调休安排尚未公布)"}
HEAD = """\
# Days off and make-up working days (调休上班) of mainland China, written by bin/days_off.py from the package
# holidays {version}. What people change later is kept in the database. Days not named here are worked from
# Monday to Friday. A year that is not confirmed holds statutory days only; deadlines that cross it say so.
"""
ENGLISH = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-Sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
}
MAKE_UP = re.compile(r"由 (\d{4}-\d\d-\d\d) 调休")


def main() -> None:
    """Every year, its source and its days, on standard output."""
    out = [HEAD.format(version=holidays.__version__)]
    for year, source in (CONFIRMED | GUESSED).items():
        out.append(f"\n[[years]]\nyear = {year}\nconfirmed = {str(year in CONFIRMED).lower()}")
        out.append(f'source = "{source}"\ndays = [')
        out += [
            f'  {{ on = "{on}", work = {str(work).lower()}, zh = "{zh}", en = "{en}" }},'
            for on, (work, zh, en) in sorted(days_of(year).items())
        ]
        out.append("]")
    sys.stdout.write("\n".join(out) + "\n")


def days_of(year: int) -> dict[date, tuple[bool, str, str]]:
    """What is known of a year: the day, whether it is worked, and its name in both languages."""
    china = holidays.country_holidays("CN", years=year, language="zh_CN")
    days: dict[date, tuple[bool, str, str]] = {}
    for run in runs_off(year, china):
        names = list(dict.fromkeys(festival for day in run if (festival := festival_of(china.get(day, "")))))
        if names:
            english = ", ".join(ENGLISH[name] for name in names)
            days |= {day: (False, "、".join(names), english) for day in run}
    for day, told in china.items():
        if made_up := MAKE_UP.search(told):
            _, zh, en = days[day]
            days[date.fromisoformat(made_up[1])] = (True, f"{zh}调休上班", f"make-up working day for {en}")
    return days


def runs_off(year: int, china: holidays.HolidayBase) -> list[list[date]]:
    """The stretches of days off that follow each other, weekends included."""
    every = [date(year, 1, 1) + timedelta(n) for n in range(366)]
    every = [day for day in every if day.year == year]
    return [list(run) for off, run in groupby(every, lambda day: not china.is_working_day(day)) if off]


def festival_of(told: str) -> str:
    """The festival a day's name speaks of: 农历除夕 belongs to 春节, (补假) and 调休 add nothing."""
    if "除夕" in told:
        return "春节"
    return next((name for name in ENGLISH if told.startswith(name)), "")


if __name__ == "__main__":
    main()
