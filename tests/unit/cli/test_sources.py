"""DATA that is large, packed, or no file: what is worked on is said, and no secret is."""

import gzip
import sqlite3
import subprocess
import sys
from collections.abc import Iterator

import pytest

from core.data.large import sample
from core.workspace import importing
from tests.storageserver import BUCKET, KEY, KEY_ID, storage
from tests.webserver import Site, started

ROWS = 1_000
PASSWORD = "s3cret-of-mine"


@pytest.fixture
def small(monkeypatch):
    """Take a table of more than 300 rows for a large one, and a file of more than 100 bytes for one read by column."""
    monkeypatch.setattr(sample, "WORKING_ROWS", 300)
    monkeypatch.setattr(importing, "WHOLE_BYTES", 100)


def text(rows=ROWS):
    return "n;amount;y\n" + "".join(f"{n};{n % 7},{n % 10}5;{'yes' if n % 10 == 0 else 'no'}\n" for n in range(rows))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
def test_a_large_table_is_profiled_on_a_stated_sample(run, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(gzip.compress(text().encode()) if name.endswith("gz") else text().encode())
    told = run("profile", path, "--target", "y", "--json").json
    assert (told["rows"], told["rows_looked_at"]) == (1_000, 300)
    assert told["sample"] == {"rows": 300, "of": 1_000, "seed": 7, "stratified_by": "y"}
    assert told["whole"]["rows"] == 1_000
    assert [(column["name"], column["missing"]) for column in told["whole"]["columns"]] == [
        ("n", 0),
        ("amount", 0),
        ("y", 0),
    ]
    assert told["read_as"]["decimal"] == ","
    lines = run("profile", path, "--target", "y").out.splitlines()
    assert lines[0] == "1,000 rows, 3 columns; types and roles are guesses"
    assert lines[1] == ("A random sample of 300 of 1,000 rows (seed 7, the shares of y kept) is worked on")


@pytest.mark.usefixtures("small")
def test_a_model_of_a_large_table_says_its_sample(run, written, tmp_path):
    ran = run(
        "fit", written("t.csv", text()), "--target", "y", "--seed", 11, "--budget", 20,
        "--draws", 0, "--no-blend", "--folds", 2,
        "--models", "logistic_regression", "--out", tmp_path / "bundle", "--json",
    )  # fmt: skip
    assert ran.status == 0
    assert ran.json["sample"] == {"rows": 300, "of": 1_000, "seed": 11, "stratified_by": "y"}
    assert ran.json["rows"] == {"train": 240, "test": 60}
    assert "A random sample of 300 of 1,000 rows (seed 11, the shares of y kept) is worked on" in ran.err
    card = (tmp_path / "bundle" / "MODEL_CARD.md").read_text("utf-8")
    assert "trained and judged on a random sample of 300 of 1,000 rows (seed 11, the shares of y kept)" in card
    # Rows of the whole file stand at other places than those of the sample.
    again = subprocess.run(
        [sys.executable, "train.py", tmp_path / "t.csv"],
        cwd=tmp_path / "bundle", capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr.startswith("t.csv has 1,000 rows; the model was made from a random sample of 300 rows")


def test_a_small_table_has_no_sample(run, written):
    told = run("profile", written("t.csv", text(50)), "--json").json
    assert (told["rows"], told["sample"], told["whole"]) == (50, None, None)


def test_what_is_said_of_a_file_is_followed(run, written):
    path = written("t.csv", "a,b\n" + "".join(f"{n},'x,{n % 3}'\n" for n in range(40)) + "NA,NA\n")
    told = run("profile", path, "--quote", "'", "--keep-na", "--json").json
    assert [column["distinct"] for column in told["columns"]] == [40, 4]
    assert told["read_as"]["quote"] == "'"


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.execute("create table sales (n integer, y text)")
        database.executemany("insert into sales values (?, ?)", [(n, "ab"[n % 2]) for n in range(60)])
    database.close()
    return "sqlite:///shop.db"


def test_a_table_of_a_database_is_brought(run, shop):
    told = run("profile", shop, "--table", "sales", "--json")
    assert (told.status, told.json["rows"]) == (0, 60)
    assert "Bringing Table sales in SQLite file shop.db" in told.err
    assert run("profile", shop, "--query", "SELECT n FROM sales WHERE n < 30", "--json").json["rows"] == 30
    cut = run("profile", shop, "--table", "sales", "--rows", 25, "--json").json
    assert cut["rows"] == 25
    assert cut["warnings"][0].startswith("The table is cut after 25 rows")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "A database holds many tables. Name one with --table, or write one SELECT with --query."),
        (("--table", "sales", "--query", "SELECT 1"), "A database holds many tables."),
        (("--query", "DELETE FROM sales"), "SELECT"),
        (("--table", "nope"), "nope"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(run, shop, options, said):
    ran = run("profile", shop, *options)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_a_file_of_another_folder_is_no_database(run, shop, tmp_path, monkeypatch):
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    ran = run("profile", f"sqlite:///{tmp_path}/shop.db", "--table", "sales")
    assert ran.status == 2
    assert "There is no such database file." in ran.err


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://reader:{PASSWORD}@db.example.org/sales",
        f"https://reader:{PASSWORD}@example.org/t.csv",
        f"https://example.org/t.csv?api_key={PASSWORD}",
    ],
)
def test_a_secret_among_the_arguments_is_refused_and_never_told(run, address):
    options = ("--table", "sales") if address.startswith("postgresql") else ()
    ran = run("profile", address, *options)
    assert (ran.status, ran.out) == (2, "")
    assert "The address holds a" in ran.err
    assert PASSWORD not in ran.err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("env:NOT_SET_HERE",), "The environment variable NOT_SET_HERE is not set."),
        (("env:HOLDS_NONE",), "The environment variable HOLDS_NONE holds no address."),
        (("t.csv", "--table", "x"), "--table is for an address."),
        (("https://example.org/t.csv", "--query", "SELECT 1"), "--query is for a database."),
        (("s3://bucket/t.csv", "--secret-env", "NOT_SET_HERE"), "NOT_SET_HERE is not set. Set it to the secret."),
        (("file:///etc/passwd",), "A file of this machine is named by its path."),
        (("missing.csv",), "There is no such file."),
    ],
)
def test_arguments_that_do_not_fit_are_refused(run, monkeypatch, argv, said):
    monkeypatch.setenv("HOLDS_NONE", "t.csv")
    ran = run("profile", *argv)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


@pytest.fixture
def site(monkeypatch) -> Iterator[Site]:
    monkeypatch.setenv("FAIRWAY_PRIVATE_NETWORK", "yes")
    server, made = started()
    yield made
    server.shutdown()
    server.server_close()


def test_a_file_of_the_web_is_brought_with_a_secret_from_the_environment(run, site, monkeypatch):
    url = site.serve("/t.csv", text(40).encode())
    monkeypatch.setenv("MY_TOKEN", PASSWORD)
    told = run("profile", url, "--secret-env", "MY_TOKEN", "--secret-header", "X-Api-Key", "--json")
    assert (told.status, told.json["rows"]) == (0, 40)
    assert site.calls[-1].headers["x-api-key"] == PASSWORD
    monkeypatch.setenv("MY_ADDRESS", f"{url}?token={PASSWORD}")
    hidden = run("profile", "env:MY_ADDRESS", "--json")
    assert hidden.json["rows"] == 40
    assert site.calls[-1].query == {"token": PASSWORD}
    assert "Bringing t.csv from 127.0.0.1" in hidden.err
    for one in (told, hidden):
        assert PASSWORD not in one.out + one.err


def test_what_is_said_of_a_file_of_the_web_is_followed(run, site):
    url = site.serve("/t.csv", b"a;b\n" + b"".join(b"%d.%03d;x\n" % (n, n) for n in range(1, 30)))
    assert run("profile", url, "--thousands", ".", "--decimal", ",", "--json").json["columns"][0]["max"] == 29_029
    assert run("profile", url, "--decimal", ".", "--json").json["columns"][0]["max"] == 29.029


def test_without_the_operators_word_no_private_address_is_reached(run, site, monkeypatch):
    url = site.serve("/t.csv")
    monkeypatch.delenv("FAIRWAY_PRIVATE_NETWORK")
    ran = run("profile", url)
    assert (ran.status, ran.out, site.calls) == (2, "", [])


def test_an_object_is_brought_with_its_key_from_the_environment(run, monkeypatch):
    monkeypatch.setenv("FAIRWAY_PRIVATE_NETWORK", "yes")
    monkeypatch.setenv("MY_KEY", KEY)
    with storage({"deep/t.csv": text(40).encode()}) as endpoint:
        url = f"s3://{BUCKET}/deep/t.csv"
        said = ("--endpoint", endpoint, "--secret-env", "MY_KEY", "--key-id", KEY_ID)
        told = run("profile", url, *said, "--json")
        assert (told.status, told.json["rows"]) == (0, 40)
        assert KEY not in told.out + told.err
