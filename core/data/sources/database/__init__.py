"""Databases: looking around in one, and bringing a table or the rows of one SELECT."""

from core.data.sources.database.acquire import acquire, preview
from core.data.sources.database.browse import check_connection, columns, schemas, tables
from core.data.sources.database.filters import OPERATORS, Filter
from core.data.sources.database.origin import DatabaseOrigin
from core.data.sources.database.reading import check_select

__all__ = [
    "OPERATORS",
    "DatabaseOrigin",
    "Filter",
    "acquire",
    "check_connection",
    "check_select",
    "columns",
    "preview",
    "schemas",
    "tables",
]
