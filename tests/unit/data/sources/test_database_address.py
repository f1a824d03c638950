"""Addresses: no secret in what is kept, and nothing but a database at the other end."""

from pathlib import Path

import pytest
import sqlalchemy
from pydantic import ValidationError

from core.data.sources.database import DatabaseOrigin, Filter
from core.data.sources.database.address import ENGINES, make_address, read_address, secrets_in
from core.data.sources.database.filters import OPERATORS
from core.data.sources.database.words import quoted, refused
from core.errors import InputError

SECRET = "p@ss/wörd:%41 'x"


def test_a_password_is_split_from_the_address() -> None:
    address, secret = read_address("postgres://reader:p%40ss%2Fw@db.example.org/sales?sslmode=require")
    assert address == "postgresql+psycopg://reader@db.example.org/sales?sslmode=require"
    assert secret == "p@ss/w"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("mariadb+mysqldb://u@h/d", "mysql+pymysql://u@h/d"),
        ("mysql://u@10.0.0.5:3307", "mysql+pymysql://u@10.0.0.5:3307"),
        ("postgresql+psycopg2://u@[::1]/d", "postgresql+psycopg://u@[::1]/d"),
        ("sqlite+aiosqlite:///a.db", "sqlite:///a.db"),
        ("oracle+oracledb://u@h/?service_name=s", "oracle+oracledb://u@h/?service_name=s"),
    ],
)
def test_an_address_has_one_spelling(given: str, expected: str) -> None:
    assert read_address(given) == (expected, "")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("hello", "not the address"),
        ("postgresql://u:secret@h:port/d", "not the address"),
        ("postgresql://u@/d", "names no host"),
        ("postgresql://u@/d?host=/var/run/postgresql", "may not set host"),
        ("postgresql://u@%2Fvar%2Frun/d", "names no host"),
        ("postgresql://h/d", "names no user"),
        ("postgresql://u@h", "names no database"),
        ("postgresql://u@h/d?passfile=/etc/x", "may not set passfile"),
        ("postgresql://u@h/d?password=x", "may not set password"),
        ("postgresql://u@h/d?options=-c%20x", "may not set options"),
        ("postgresql://u@h/d?sslmode=maybe", "sslmode may be"),
        ("postgresql://u@h/dbname=x host=%2Ftmp", "cannot be opened"),
        ("mysql://u@h/d?local_infile=1", "may not set local_infile"),
        ("mysql://u@h/d?read_default_file=/root/.my.cnf", "may not set read_default_file"),
        ("mysql://u@h/d?unix_socket=/tmp/s", "may not set unix_socket"),
        ("sqlite:///file:a.db?uri=true", "may not set uri"),
        ("sqlite://host/a.db", "three slashes"),
        ("oracle+oracledb://u@h/?wallet_password=x", "may not set wallet_password"),
        ("oracle+oracledb://u@h/?plugin=x", "may not set plugin"),
    ],
)
def test_an_address_that_asks_for_more_is_refused(given: str, why: str) -> None:
    with pytest.raises(InputError) as error:
        read_address(given)
    assert why in error.value.message
    assert "secret" not in error.value.message


def test_an_address_is_made_from_a_form() -> None:
    made = make_address("mysql", host=" db ", port=3307, database="shop", user="jo@x", encryption="require")
    assert made == "mysql+pymysql://jo%40x@db:3307/shop?sslmode=require"
    assert make_address("duckdb", database="sales/2025.duckdb") == "duckdb:///sales/2025.duckdb"
    assert [engine.port for engine in ENGINES.values()] == [5432, 3306, None, None]


def test_an_origin_never_holds_a_password() -> None:
    with pytest.raises(ValidationError) as error:
        DatabaseOrigin(url="postgresql://u:hidden@h/d", table="t")
    assert "hidden" not in str(error.value)
    kept = DatabaseOrigin(url="postgresql://u@h/d", table="t")
    assert DatabaseOrigin.model_validate_json(kept.model_dump_json()) == kept
    assert kept.url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    "given",
    [{}, {"table": "t", "select": "SELECT 1"}, {"table": "t", "rows": 0}, {"table": "t", "seconds": 4}],
)
def test_an_origin_asks_one_question_within_the_limits(given: dict) -> None:
    with pytest.raises(ValidationError):
        DatabaseOrigin(url="postgresql://u@h/d", **given)


def test_an_origin_says_where_it_came_from() -> None:
    origin = DatabaseOrigin(
        url="postgresql://u@db.example.org/sales",
        table_schema="public",
        table="customers",
        columns=("id", "age"),
        filters=(Filter(column="age", operator="from", value="18"), Filter(column="left", operator="missing")),
    )
    assert origin.words() == (
        "Table public.customers in PostgreSQL at db.example.org, database sales, columns id, age, age is at least 18, "
        "left is missing"
    )
    assert DatabaseOrigin(url="sqlite:///a.db", select="SELECT 1").words() == "A SELECT in SQLite file a.db"


def sql_of(one: Filter, kind: str) -> tuple[str, dict]:
    compiled = one.condition(kind).compile(dialect=sqlalchemy.create_engine("sqlite://").dialect)
    return str(compiled), dict(compiled.params)


def test_a_filters_value_is_bound_and_its_column_quoted() -> None:
    hostile = "x' OR 1=1 --"
    text, bound = sql_of(Filter(column='a" OR 1=1 --', operator="equals", value=hostile), "text")
    assert text == '"a"" OR 1=1 --" = ?'
    assert list(bound.values()) == [hostile]


def test_a_filters_value_takes_the_type_of_its_column() -> None:
    assert list(sql_of(Filter(column="n", operator="above", value=" 12 "), "number")[1].values()) == [12]
    assert str(next(iter(sql_of(Filter(column="n", operator="to", value="0.10"), "number")[1].values()))) == "0.10"
    assert sql_of(Filter(column="m", operator="equals", value="ok"), "other")[0] == 'CAST("m" AS TEXT) = ?'
    assert sql_of(Filter(column="m", operator="filled"), "number")[0] == '"m" IS NOT NULL'


@pytest.mark.parametrize(
    ("kind", "value"), [("number", "many"), ("number", "NaN"), ("date", "31/12/2025"), ("flag", "perhaps")]
)
def test_a_value_of_another_type_is_refused_in_words(kind: str, value: str) -> None:
    with pytest.raises(InputError) as error:
        Filter(column="age", operator="equals", value=value).condition(kind)
    assert error.value.message.startswith(f"“{value}” cannot be compared with `age`, which holds")


def test_a_filter_without_a_value_is_named() -> None:
    with pytest.raises(InputError, match="The filter on `age` has no value"):
        Filter(column="age", operator="equals", value=" ").condition("text")


def test_every_comparison_is_named() -> None:
    assert [operator.words for operator in OPERATORS.values()][:3] == ["is", "is not", "is above"]
    with pytest.raises(InputError):
        Filter(column="a", operator="; DROP", value="x").condition("text")


URL = sqlalchemy.make_url("postgresql+psycopg://reader@db/sales")


@pytest.mark.parametrize("form", [SECRET, "p%40ss%2Fw%C3%B6rd%3A%2541%20%27x", "p%40ss%2Fw%C3%B6rd%3A%2541+%27x"])
def test_a_message_that_repeats_the_password_is_not_told(form: str) -> None:
    assert secrets_in(f"cannot open {form} now", SECRET)
    told = refused(RuntimeError(f"cannot open {form} now"), ENGINES["postgresql"], URL, SECRET)
    assert told.message == "The database refused this. Mend it, then try again."


def test_a_databases_own_words_are_told_without_paths() -> None:
    text = "ERROR: column “x” of /srv/data/secret.db is odd\nLINE 1: SELECT"
    assert quoted(text, URL, "") == "It says: “column “x” of (a file) is odd”."
    assert len(quoted("y" * 900, URL, "")) < 260


def test_a_kind_without_a_driver_is_named(tmp_path: Path) -> None:
    from core.data.sources.database import check_connection
    from core.errors import DataError

    for address in ("oracle+oracledb://u@h/?service_name=s", "nonesuch://u@h/d"):
        with pytest.raises(DataError, match=r"has no driver for databases of the kind (oracle|nonesuch)"):
            check_connection(address, "x", files=tmp_path)
