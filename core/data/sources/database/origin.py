"""What is kept of a table from a database: where it is and what was asked, never the password."""

import sqlalchemy
from pydantic import ConfigDict, field_validator, model_validator

from core.data.notes import name_columns
from core.data.sources.database.address import engine_of, read_address
from core.data.sources.database.filters import Filter
from core.data.sources.source import Origin
from core.errors import InputError
from core.limits import DATABASE_ROWS, DATABASE_SECONDS, TABLE_ROWS


class DatabaseOrigin(Origin):
    """A table or one SELECT of a database.

    Parameters
    ----------
    url : str
        An SQLAlchemy URL without a password.
    table_schema, table : str
        The table, and the schema (in MySQL: the database) it stands in; empty for the usual one.
    columns : tuple of str
        The columns wanted; empty for all.
    filters : tuple of Filter
        All of them must hold.
    select : str
        One SELECT instead of a table.
    rows : int
        Most rows to bring.
    seconds : int
        Longest time to read.
    """

    # A refused value could be an address with a password in it.
    model_config = ConfigDict(hide_input_in_errors=True)

    kind: str = "database"
    url: str
    table_schema: str = ""
    table: str = ""
    columns: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    select: str = ""
    rows: int = TABLE_ROWS // 2
    seconds: int = 300

    @field_validator("url")
    @classmethod
    def _without_password(cls, url: str) -> str:
        try:
            address, secret = read_address(url)
        except InputError as error:
            raise ValueError(error.message) from None
        if secret:
            raise ValueError("the address holds a password")
        return address

    @model_validator(mode="after")
    def _one_question(self) -> "DatabaseOrigin":
        if bool(self.table) == bool(self.select.strip()):
            raise ValueError("either a table or a SELECT")
        if not 1 <= self.rows <= DATABASE_ROWS:
            raise ValueError(f"rows from 1 to {DATABASE_ROWS}")
        if not DATABASE_SECONDS[0] <= self.seconds <= DATABASE_SECONDS[1]:
            raise ValueError("seconds out of bounds")
        return self

    @property
    def name(self) -> str:
        """A short name for what is brought."""
        return self.table or "Query"

    def words(self) -> str:
        """Say where the table came from."""
        url = sqlalchemy.make_url(self.url)
        engine = engine_of(url)
        place = f"{engine.title} {url.database}" if engine.is_file else f"{engine.title} at {url.host}"
        if url.database and not engine.is_file:
            place += f", database {url.database}"
        if self.select:
            return f"A SELECT in {place}"
        full = f"{self.table_schema}.{self.table}" if self.table_schema else self.table
        parts = [f"Table {full} in {place}"]
        if self.columns:
            parts.append(f"columns {name_columns(self.columns)}".replace("`", ""))
        parts += [one.words() for one in self.filters]
        return ", ".join(parts)

    @property
    def needs_secret(self) -> bool:
        """Whether somebody signs in; files of this server have no users."""
        url = sqlalchemy.make_url(self.url)
        return not engine_of(url).is_file and bool(url.username)
