"""Types of columns that steps have in common."""

from typing import Final

from core.data.schema import ColumnType

NUMBERS: Final = (ColumnType.NUMBER,)
DATES: Final = (ColumnType.DATE,)
LEVELS: Final = (ColumnType.CATEGORY, ColumnType.YES_NO)
TEXTS: Final = (ColumnType.TEXT,)
USABLE: Final = (*NUMBERS, *LEVELS, *DATES)
NO_YES: Final = (("no", "No"), ("yes", "Yes"))
