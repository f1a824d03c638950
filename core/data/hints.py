"""What a column's name says of its content."""

import re

IDENTIFIER_WORDS = frozenset(
    (
        "id",
        "ids",
        "uuid",
        "guid",
        "rownames",
        "rowname",
        "rowid",
        "identifier",
        "pk",
        "ssn",
        "iban",
        "ean",
        "isbn",
        "passport",
        "email",
        "url",
    )
)
"""A name with one of these names a thing."""
NUMBERING_WORDS = frozenset(
    ("nr", "no", "num", "number", "nbr", "key", "ref", "reference", "code", "account", "serial")
)
"""A name that ends with one of these may number things; believed only where all values differ."""
POSTAL_WORDS = frozenset(("zip", "zipcode", "postal", "postcode", "plz"))
CODE_WORDS = POSTAL_WORDS | frozenset(
    (
        "code",
        "type",
        "category",
        "cluster",
        "status",
        "sex",
        "gender",
        "race",
        "ethnicity",
        "region",
        "district",
        "state",
        "country",
        "department",
        "branch",
        "segment",
        "class",
        "subclass",
        "naics",
        "sic",
        "icd",
    )
)
"""Whole numbers under such a name are labels, not amounts."""
TIME_WORDS = frozenset(
    ("year", "month", "day", "week", "hour", "minute", "quarter", "weekday", "age", "date", "time", "yr", "mo")
)
"""Whole numbers under such a name count something, even where they run on like a row number."""
DATE_WORDS = frozenset(("date", "day", "datum", "dt", "ymd"))
PAIRS = tuple(
    frozenset(pair.split("/"))
    for pair in ("yes/no", "y/n", "true/false", "t/f", "on/off", "ja/nein", "oui/non", "si/no", "sí/no", "1/0")
)
"""Texts that say yes and no, in lower case."""

_UNNAMED = re.compile(
    r"unnamed: ?\d+|column \d+|row name|__index_level_\d+__|index|\.?row_?(?:names?|num|number)?", re.I
)
_SEAMLESS = re.compile(r"(?:customer|client|user|patient|order|passenger|employee|loan|product|store|case|row)id")
_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def words_of(name: str) -> tuple[str, ...]:
    """Return the words a name is made of, in lower case: ``customerID`` gives ``customer`` and ``id``."""
    found = tuple(token.lower() for token in _TOKEN.findall(name))
    # "userid" has no seam, and "paid" and "valid" are words of their own.
    return (*found, "id") if _SEAMLESS.fullmatch(name.lower()) else found


def is_unnamed(name: str) -> bool:
    """Whether a name is what programs give to a column of row numbers."""
    return _UNNAMED.fullmatch(name.strip()) is not None
