"""Databases: looking around in one, and bringing a table or the rows of one SELECT."""

from core.data.sources.database.acquire import acquire, preview
from core.data.sources.database.browse import check_connection, columns, schemas, tables
from core.data.sources.database.filters import OPERATORS, Filter
from core.data.sources.database.origin import DatabaseOrigin

__all__ = [
    "OPERATORS",
    "DatabaseOrigin",
    "Filter",
    "acquire",
    "check_connection",
    "columns",
    "preview",
    "schemas",
    "tables",
]
