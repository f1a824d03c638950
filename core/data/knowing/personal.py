"""Personal data in columns and free text, told by form and check digits; nothing is looked up anywhere."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.hints import words_of
from core.limits import CELL_CHARACTERS
from core.runtime.values import as_text

LOOKED_AT: Final = 4_000
"""Different values of a column that are looked at."""
FEWEST: Final = 2
"""Different values from which a kind is told."""
LONGEST: Final = 2_000
"""Letters of a value that are looked at."""
NAME_SHARE: Final = 0.6
"""Share of the values that must look like names in a column called a name."""

assert LONGEST < CELL_CHARACTERS


def luhn(digits: str) -> bool:
    """Whether the digits pass Luhn's check (ISO/IEC 7812-1, annex B), as numbers of payment cards do."""
    if not digits.isascii() or not digits.isdigit():
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def iban(text: str) -> bool:
    """Whether a text is an IBAN by its length and its check digits (ISO 13616: the number modulo 97 is 1)."""
    bare = re.sub(r"[ -]", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", bare):
        return False
    turned = bare[4:] + bare[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def _card(found: str) -> bool:
    digits = re.sub(r"[ -]", "", found)
    # Long counters pass Luhn's check by chance one time in ten: the first digits must be an issuer's, too.
    issuer = re.match(r"4|5[1-5]|2[2-7]|3[47]|3[068]|6(?:011|5|4[4-9])|35", digits)
    return 13 <= len(digits) <= 19 and issuer is not None and len(set(digits)) > 1 and luhn(digits)


def _dni(found: str) -> bool:
    """Spain: the letter follows from the number modulo 23; of a foreigner X, Y, Z stand for 0, 1, 2."""
    number = found[:-1].upper().translate(str.maketrans("XYZ", "012", "-"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == found[-1].upper()


def _ssn(found: str) -> bool:
    area, group, serial = found.split("-")
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def _address(found: str) -> bool:
    parts = [int(part) for part in found.split(".")]
    # "1.2.3.4" is a version or a section as often as a machine.
    return all(part <= 255 for part in parts) and parts[0] > 0 and max(parts) > 31


def _phone(found: str) -> bool:
    digits = re.sub(r"\D", "", found)
    return 8 <= len(digits) <= 15 and not re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", found)


def _always(_found: str) -> bool:
    return True


@dataclass(frozen=True)
class Kind:
    """A kind of personal data: its name, its form, and the check a match must pass."""

    key: str
    pattern: re.Pattern[str]
    check: Callable[[str], bool]


_EMAIL = r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?![\w@])"
_IBAN = r"(?<!\w)[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?(?!\w)"
_CARD = r"(?<![\w.,-])\d(?:[ -]?\d){12,18}(?![\w]|[.,-]\d)"
_INSURANCE = r"(?<!\w)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)"
_ABROAD = r"\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d(?:[ .-]?\d){6,13}"
_PHONE = rf"(?<![\w.])(?:{_ABROAD}|\(\d{{2,5}}\)[ .-]?\d{{3,4}}[ .-]\d{{3,5}}|\d{{3}}[.-]\d{{3}}[.-]\d{{4}})(?!\w)"
KINDS: Final = (
    Kind("e-mail addresses", re.compile(_EMAIL), _always),
    Kind("IBANs", re.compile(_IBAN), iban),
    Kind("payment card numbers", re.compile(_CARD), _card),
    Kind("US social security numbers", re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"), _ssn),
    Kind("UK national insurance numbers", re.compile(_INSURANCE), _always),
    Kind("Spanish identity numbers", re.compile(r"(?<!\w)(?:\d{8}|[XYZ]-?\d{7})-?[A-Za-z](?!\w)"), _dni),
    Kind("IP addresses", re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"), _address),
    Kind("phone numbers", re.compile(_PHONE), _phone),
)
"""Every kind told by its form, in the order in which they are looked for."""

_TELLING = re.compile(r"@|\d(?:[ .()-]{0,2}[\dA-Za-z]){5}")
NAMES: Final = "names of people"
_NAME_COLUMN = frozenset(("name", "surname", "lastname", "firstname", "forename", "fullname", "nachname", "vorname"))
_NAME_PAIR = frozenset((("first", "name"), ("last", "name"), ("full", "name"), ("family", "name"), ("given", "name")))
_OTHER_NAMES = frozenset(
    ("product", "item", "file", "column", "street", "city", "company", "brand", "store", "country", "state", "county",
     "region", "team", "event", "model", "plant", "species", "host", "domain", "game", "job", "class", "category",
     "project", "station", "airport", "airline", "drug", "disease", "school", "university", "department", "table",
     "field", "node", "device", "plan", "campaign", "hotel", "restaurant", "film", "movie", "song", "book", "group")
)  # fmt: skip
_NAME = re.compile(r"[^\W\d_][\w'’.-]*(?:,? +(?:\(?[^\W\d_][\w'’.()\"-]*\)?|\"[^\"]*\"\)?)){1,7}")
_ONE_NAME = re.compile(r"[^\W\d_][^\W\d_'’-]+(?:[-'’][^\W\d_]+)?")


@dataclass(frozen=True)
class PersonalData:
    """Personal data of one kind in a column: different values with it, of those looked at, and rows of these values."""

    kind: str
    values: int
    looked_at: int
    rows: int


def find_personal(values: pd.Series, name: str) -> list[PersonalData]:
    """Return the kinds of personal data in a column, the most frequent first.

    Parameters
    ----------
    values : Series
        Text, or numbers long enough to be of a card.
    name : str
        The column's; names of people are looked for only under a name that says so.

    Returns
    -------
    list of PersonalData
        From the most frequent ``LOOKED_AT`` values; a kind must be there in ``FEWEST`` of them.
    """
    counts = as_text(values).value_counts()
    if not len(counts):
        return []
    looked = counts.iloc[:LOOKED_AT]
    texts = [str(text)[:LONGEST] for text in looked.index]
    rows = looked.to_numpy()
    found = []
    # Most columns hold neither a digit run nor an @, and need no second look.
    told = np.array([_TELLING.search(text) is not None for text in texts], dtype=bool)
    for kind in KINDS if told.sum() >= FEWEST else ():
        hits = np.array([bool(may) and _holds(kind, text) for may, text in zip(told, texts, strict=True)], dtype=bool)
        if hits.sum() >= FEWEST:
            found.append(PersonalData(kind.key, int(hits.sum()), len(texts), int(rows[hits].sum())))
    if names_people(name):
        hits = np.array([_is_name(text) for text in texts], dtype=bool)
        if len(texts) >= 10 and hits.mean() >= NAME_SHARE:
            found.append(PersonalData(NAMES, int(hits.sum()), len(texts), int(rows[hits].sum())))
    return sorted(found, key=lambda one: -one.rows)


def _holds(kind: Kind, text: str) -> bool:
    return any(kind.check(match.group()) for match in kind.pattern.finditer(text))


def names_people(name: str) -> bool:
    """Whether a column's name says that it holds names of people."""
    words = words_of(name)
    if set(words) & _OTHER_NAMES:
        return False
    pairs = set(pairwise(words))
    return bool(pairs & _NAME_PAIR) or bool(words and words[-1] in _NAME_COLUMN)


def _is_name(text: str) -> bool:
    text = text.strip()
    if len(text) > 120 or not text[:1].isupper():
        return False
    return _NAME.fullmatch(text) is not None or _ONE_NAME.fullmatch(text) is not None


def personal_rows(values: pd.Series, kind: str) -> NDArray[np.bool_]:
    """Return which rows hold personal data of a kind, shape (n,)."""
    texts = as_text(values)
    codes, levels = pd.factorize(texts)
    known = {one.key: one for one in KINDS}
    tell = (lambda text: _holds(known[kind], text)) if kind in known else _is_name
    hits = np.array([*(tell(str(level)[:LONGEST]) for level in levels), False], dtype=bool)
    return np.asarray(hits[codes])
