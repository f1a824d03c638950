"""Public holidays, as steps on dates get them."""

from datetime import date

import holidays
import pytest

from core.prepare.kinds.countries import COUNTRIES
from core.prepare.kinds.dates import holidays_of


def day(year, month, number):
    return (date(year, month, number) - date(1970, 1, 1)).days


def test_every_country_is_known_by_its_own_name():
    known = holidays.list_supported_countries(include_aliases=False)
    assert set(COUNTRIES) <= set(known)
    assert list(COUNTRIES.values()) == sorted(COUNTRIES.values())


@pytest.mark.parametrize(
    ("country", "off", "work"),
    [
        ("DE", (2024, 10, 3), (2024, 10, 4)),
        ("FR", (2030, 7, 14), (2030, 7, 15)),
        # Easter Monday, by the rule of Gauss on the 25th of April 2038 + 1.
        ("AT", (2038, 4, 26), (2038, 4, 27)),
        ("US", (2023, 11, 23), (2023, 11, 22)),
    ],
)
def test_holidays_are_days_since_1970(country, off, work):
    days, first, last = holidays_of(country)
    assert day(*off) in days
    assert day(*work) not in days
    assert days == sorted(days)
    assert first <= days[0] <= days[-1] <= last
    assert last == day(2060, 12, 31)
