"""Looking around in a database: its version, its schemas, its tables and their columns."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import bindparam, text

from core.data.sources.database.opened import Opened, opened

SHOWN = 5_000
"""Most schemas, tables or columns that are listed."""
BROWSE_SECONDS = 20
"""Longest time one look may take."""


@dataclass(frozen=True)
class ColumnInfo:
    """A column as the database describes it.

    Parameters
    ----------
    name : str
    type : str
        In the database's own words.
    kind : str
        ``number``, ``flag``, ``date``, ``moment``, ``text`` or ``other``.
    """

    name: str
    type: str
    kind: str


@dataclass(frozen=True)
class TableInfo:
    """A table or a view."""

    name: str
    is_view: bool = False


_SCHEMAS = {
    "postgresql": (
        "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg\\_%'"
        " AND nspname <> 'information_schema' AND has_schema_privilege(oid, 'USAGE') ORDER BY nspname"
    ),
    "mysql": (
        "SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN"
        " ('information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY schema_name"
    ),
    "duckdb": (
        "SELECT schema_name FROM information_schema.schemata WHERE catalog_name = current_database()"
        " AND schema_name NOT IN ('information_schema', 'pg_catalog') ORDER BY schema_name"
    ),
}
_TABLES = {
    "postgresql": (
        "SELECT c.relname, c.relkind IN ('v', 'm') FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = :schema AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition"
        " ORDER BY c.relname"
    ),
    "mysql": (
        "SELECT table_name, table_type = 'VIEW' FROM information_schema.tables"
        " WHERE table_schema = :schema ORDER BY table_name"
    ),
    "duckdb": (
        "SELECT table_name, table_type = 'VIEW' FROM information_schema.tables"
        " WHERE table_catalog = current_database() AND table_schema = :schema ORDER BY table_name"
    ),
    "sqlite": (
        "SELECT name, type = 'view' FROM sqlite_master WHERE type IN ('table', 'view')"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    ),
}
_COLUMNS = {
    "postgresql": (
        "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_attribute a"
        " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = :schema AND c.relname = :table AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
    ),
    "mysql": (
        "SELECT column_name, column_type FROM information_schema.columns"
        " WHERE table_schema = :schema AND table_name = :table ORDER BY ordinal_position"
    ),
    "duckdb": (
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_catalog = current_database()"
        " AND table_schema = :schema AND table_name = :table ORDER BY ordinal_position"
    ),
    "sqlite": "SELECT name, type FROM pragma_table_xinfo(:table) WHERE hidden <> 1 ORDER BY cid",
}
_USUAL = {"postgresql": "public", "duckdb": "main"}
_VERSION = {
    "postgresql": "SELECT current_setting('server_version')",
    "mysql": "SELECT version()",
    "sqlite": "SELECT sqlite_version()",
    "duckdb": "SELECT version()",
}


def check_connection(address: str, secret: str = "", *, files: Path | None = None, private: bool | None = None) -> str:
    """Say what answers at an address, such as ``PostgreSQL 15.8``.

    Parameters
    ----------
    address : str
        Without a password.
    secret : str
    files : Path, optional
        The only folder database files are opened in.
    private : bool or None
        Whether servers of this machine and of private networks may be reached; as :class:`Reach` says it.

    Raises
    ------
    DataError
        In plain words: nothing answers, or it refuses the user.
    """
    with opened(address, secret, files=files, seconds=BROWSE_SECONDS, private=private) as database:
        query = _VERSION.get(database.engine.key)
        if query is None:
            return database.engine.title
        version = str(database.connection.exec_driver_sql(query).scalar())
        if database.engine.key == "mysql":
            title = "MariaDB" if "maria" in version.lower() else "MySQL"
        else:
            title = database.engine.title.removesuffix(" file")
        return f"{title} {version.split()[0].split('-')[0]}"


def schemas(
    address: str, secret: str = "", *, files: Path | None = None, private: bool | None = None
) -> tuple[str, ...]:
    """Return the schemas (in MySQL: the databases) of an address; one nameless where there is but one."""
    with opened(address, secret, files=files, seconds=BROWSE_SECONDS, private=private) as database:
        if database.engine.key == "sqlite":
            return ("",)
        if database.engine.key in _SCHEMAS:
            return tuple(str(row[0]) for row in _rows(database, _SCHEMAS[database.engine.key]))
        return tuple(sqlalchemy.inspect(database.connection).get_schema_names()[:SHOWN]) or ("",)


def tables(
    address: str, schema: str, secret: str = "", *, files: Path | None = None, private: bool | None = None
) -> tuple[TableInfo, ...]:
    """Return the tables and views of a schema."""
    with opened(address, secret, files=files, seconds=BROWSE_SECONDS, private=private) as database:
        if database.engine.key in _TABLES:
            given = {"schema": _schema(database, schema)} if database.engine.key != "sqlite" else {}
            rows = _rows(database, _TABLES[database.engine.key], **given)
            return tuple(TableInfo(str(name), bool(is_view)) for name, is_view in rows)
        inspector = sqlalchemy.inspect(database.connection)
        found = [TableInfo(name) for name in inspector.get_table_names(schema or None)]
        found += [TableInfo(name, True) for name in inspector.get_view_names(schema or None)]
        return tuple(found[:SHOWN])


def columns(
    address: str, schema: str, table: str, secret: str = "", *, files: Path | None = None, private: bool | None = None
) -> tuple[ColumnInfo, ...]:
    """Return the columns of a table with their types."""
    with opened(address, secret, files=files, seconds=BROWSE_SECONDS, private=private) as database:
        return columns_of(database, schema, table)


def columns_of(database: Opened, schema: str, table: str) -> tuple[ColumnInfo, ...]:
    """Return the columns of a table of an open database.

    Raises
    ------
    DataError
        There is no such table, or the user may not read it.
    """
    from core.errors import DataError

    key = database.engine.key
    if key in _COLUMNS:
        given = {"table": table} if key == "sqlite" else {"schema": _schema(database, schema), "table": table}
        rows = _rows(database, _COLUMNS[key], **given)
        found = tuple(ColumnInfo(str(name), str(kind).lower(), kind_of(str(kind))) for name, kind in rows)
    else:
        described = sqlalchemy.inspect(database.connection).get_columns(table, schema or None)
        found = tuple(ColumnInfo(one["name"], str(one["type"]).lower(), kind_of(str(one["type"]))) for one in described)
    if not found:
        raise DataError(
            f"There is no table {table} that your user may read.", next_step="Choose one of the list of tables."
        )
    return found


def _schema(database: Opened, schema: str) -> str:
    return schema or _USUAL.get(database.engine.key, "") or str(database.connection.engine.url.database or "")


def _rows(database: Opened, query: str, **given: str) -> list[Any]:
    asked = text(query).bindparams(*(bindparam(name, value) for name, value in given.items()))
    return list(database.connection.execute(asked).fetchmany(SHOWN))


def kind_of(described: str) -> str:
    """Return what a column holds, from a database's own words for its type."""
    words = described.lower().strip()
    plain = words.split("(")[0].strip()
    if words.endswith("[]") or plain in ("json", "jsonb", "struct", "map", "list", "array", "interval", "time"):
        return "other"
    if plain in ("boolean", "bool", "bit") and words in ("boolean", "bool", "bit", "bit(1)"):
        return "flag"
    if plain == "date":
        return "date"
    if plain.startswith(("timestamp", "datetime", "smalldatetime")):
        return "moment"
    if any(sign in plain for sign in ("int", "serial", "numeric", "decimal", "number", "double", "float", "real")):
        return "number"
    if any(sign in plain for sign in ("char", "text", "string", "clob")):
        return "text"
    return "other"
