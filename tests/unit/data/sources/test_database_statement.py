"""Only one SELECT passes, whatever it is dressed as."""

import pytest

from core.data.sources.database.statement import one_select
from core.errors import InputError

TAKEN = [
    ("postgresql", "SELECT 1"),
    ("postgresql", "  select a, 'it''s; DELETE' from t  "),
    ("postgresql", "WITH x AS (SELECT 1 AS a) SELECT * FROM x"),
    ("postgresql", "(SELECT 1) UNION (SELECT 2)"),
    ("postgresql", 'SELECT "update", t.delete, updated, "insert" FROM t'),
    ("postgresql", "SELECT $$; drop table t$$, $a$ it's $a$, a::int, j #>> '{a}' FROM t WHERE b LIKE '%x'"),
    ("postgresql", "SELECT 1 -- a remark; DELETE FROM t\n, 2 /* and ; another */ FROM t"),
    ("postgresql", "SELECT E'it\\'s; DELETE' FROM t"),
    ("mysql", "SELECT 'it\\'s; DELETE', `update`, 5--3 FROM t # DELETE"),
    ("sqlite", "SELECT [delete me], replace(a, 'x', 'y') FROM t"),
    ("duckdb", "SELECT [1, 2][1], {'a': 1} FROM t"),
]


@pytest.mark.parametrize(("engine", "text"), TAKEN)
def test_a_select_is_taken_as_it_was_written(engine: str, text: str) -> None:
    assert one_select(text, engine) == text.strip()


def test_what_ends_a_statement_is_left_out() -> None:
    assert one_select("SELECT 1 ; -- that was it\n", "postgresql") == "SELECT 1"


REFUSED = [
    ("postgresql", "", "Only a SELECT"),
    ("postgresql", "-- SELECT 1", "Only a SELECT"),
    ("postgresql", "DELETE FROM t", "Only a SELECT"),
    ("postgresql", "EXPLAIN ANALYZE SELECT 1", "Only a SELECT"),
    ("postgresql", "COPY t TO PROGRAM 'sh'", "Only a SELECT"),
    ("postgresql", "WITH x AS (VALUES (1)) TABLE x", "Only a SELECT"),
    ("postgresql", "SELECT 1; SELECT 2", "more than one statement"),
    ("postgresql", "SELECT 1; DROP TABLE t", "more than one statement"),
    ("postgresql", "SELECT 1;;", "more than one statement"),
    ("postgresql", "SELECT 'a\\'; DROP TABLE t; --'", "more than one statement"),
    ("postgresql", "SELECT 1 /* a /* b */ ; DROP TABLE t */", "another comment"),
    ("postgresql", "SELECT 1 /* open", "not closed"),
    ("postgresql", "SELECT 'open", "not closed"),
    ("postgresql", "SELECT $a$ open $b$", "not closed"),
    ("postgresql", "SELECT 1 -- a\r; DROP TABLE t", "carriage return"),
    ("postgresql", "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", "word DELETE"),
    ("postgresql", "WITH x AS (SELECT 1) UPDATE t SET a = 1", "word UPDATE"),
    ("postgresql", "WITH x AS/**/(INSERT/**/INTO t VALUES (1) RETURNING 1) SELECT 1", "word INSERT"),
    ("postgresql", "with x as (merge into t using u on true) select 1", "word MERGE"),
    ("postgresql", "SELECT * INTO copy FROM t", "word INTO"),
    ("postgresql", "SELECT * FROM t FOR UPDATE", "word UPDATE"),
    ("postgresql", "SELECT pg_read_file('/etc/passwd')", "pg_read_file reaches"),
    ("postgresql", "SELECT set_config('statement_timeout', '0', false)", "set_config reaches"),
    ("postgresql", "SELECT 1\0", "sign that no database reads"),
    ("mysql", "SELECT 1 /*!50000 INTO OUTFILE '/tmp/x' */", "an order"),
    ("mysql", "SELECT /*+ MAX_EXECUTION_TIME(0) */ 1", "an order"),
    ("mysql", "SELECT 1 /*M!100100 , 2 */", "an order"),
    ("mysql", "SELECT 1 INTO OUTFILE '/tmp/x'", "word INTO"),
    ("mysql", "SELECT load_file ('/etc/passwd')", "load_file reaches"),
    ("mysql", "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t", "Only a SELECT"),
    ("mysql", "SELECT 1 --;\n; DROP TABLE t", "more than one statement"),
    ("sqlite", "SELECT 1; ATTACH '/etc/x' AS x", "more than one statement"),
    ("sqlite", "PRAGMA database_list", "Only a SELECT"),
    ("sqlite", "SELECT load_extension('x')", "load_extension reaches"),
    ("duckdb", "SELECT * FROM read_csv('/etc/passwd')", "read_csv reaches"),
    ("duckdb", "FROM t", "Only a SELECT"),
]


@pytest.mark.parametrize(("engine", "text", "why"), REFUSED)
def test_all_else_is_refused_with_the_reason(engine: str, text: str, why: str) -> None:
    with pytest.raises(InputError) as refused:
        one_select(text, engine)
    assert why in refused.value.message
