import numpy as np
import pandas as pd
import pytest

from core.data.knowing.personal import find_personal, iban, luhn, names_people, personal_rows


@pytest.mark.parametrize("digits", ["4111111111111111", "378282246310005", "5555555555554444"])
def test_test_numbers_of_cards_pass_luhn_and_their_neighbours_do_not(digits):
    assert luhn(digits)
    assert not luhn(digits[:-1] + str((int(digits[-1]) + 1) % 10))


@pytest.mark.parametrize(
    "text", ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "FR1420041010050500013M02606"]
)
def test_published_ibans_pass_and_a_slip_does_not(text):
    assert iban(text)
    assert not iban(text[:-1] + ("1" if text[-1] != "1" else "2"))


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("e-mail addresses", ["write to ann@example.org", "bob.smith+x@mail.example.com, please"]),
        ("IBANs", ["pay to DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"]),
        ("payment card numbers", ["card 4111 1111 1111 1111", "5555-5555-5555-4444 expired"]),
        ("US social security numbers", ["078-05-1120", "SSN 219-09-9999"]),
        ("UK national insurance numbers", ["AB 12 34 56 C", "JG103759A"]),
        ("Spanish identity numbers", ["12345678Z", "X1234567L"]),
        ("IP addresses", ["from 192.168.1.20", "84.17.3.9"]),
        ("phone numbers", ["call +49 30 901820", "(030) 1234-5678", "555-867-5309"]),
    ],
)
def test_a_kind_is_told_by_its_form(kind, texts):
    found = find_personal(pd.Series([*texts, "nothing here"], dtype="str"), "note")
    assert kind in {one.kind for one in found}
    assert personal_rows(pd.Series([*texts, None, "nothing"]), kind).tolist() == [True] * len(texts) + [False] * 2


@pytest.mark.parametrize(
    "values",
    [
        ["2024-01-05", "2023-11-30", "1999-12-31"],
        ["1.2.3.4", "2.10.0.1", "0.0.0.1"],
        ["1234567890123", "2345678901234", "3456789012345"],
        [f"{value:.9f}" for value in np.random.default_rng(0).normal(size=300)],
        [str(value) for value in range(10**12, 10**12 + 300)],
        ["12345678A", "87654321B", "11111111C"],
        ["@home", "me @ work", "a@b"],
        ["10:30:00", "1,234,567.89", "12/31/1999"],
    ],
)
def test_ordinary_values_are_no_personal_data(values):
    assert find_personal(pd.Series(values, dtype="str"), "value") == []


@pytest.mark.parametrize("name", ["name", "last_name", "FirstName", "customer name", "Surname"])
def test_a_columns_name_says_that_it_holds_names(name):
    assert names_people(name)


@pytest.mark.parametrize("name", ["product_name", "filename", "country_name", "sex", "species"])
def test_names_of_things_are_no_names_of_people(name):
    assert not names_people(name)


def test_names_are_told_by_column_and_form():
    people = pd.Series(
        [f"{first} {last}" for first in ("Ann", "Bob", "Zoë") for last in ("Miller", "O'Neil", "Smith", "Lu")]
    )
    (found,) = find_personal(people, "name")
    assert (found.kind, found.values, found.rows) == ("names of people", 12, 12)
    assert find_personal(people, "label") == []
    assert find_personal(pd.Series([f"item {n}" for n in range(20)]), "name") == []
