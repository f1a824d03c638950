"""A table comes from a database into a project, by mouse; its password goes nowhere else."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests import databases
from tests.databases import SECRET
from tests.journeys import walk
from tests.journeys.conftest import Server


@pytest.fixture(scope="module")
def shop() -> Iterator[databases.Server]:
    with databases.postgres() as server:
        with databases.postgres_admin(server) as admin:
            admin.execute(
                "CREATE TABLE customers AS SELECT i AS id, 20 + (i * 37) % 50 AS age,"
                " (i * 1.25)::numeric(10, 2) AS spent,"
                " CASE WHEN (i * 37) % 50 > 30 THEN 'yes' ELSE 'no' END AS churned FROM generate_series(1, 500) i"
            )
            admin.execute("GRANT ALL ON customers TO reader")
        yield server


def connect(page: Page, shop: databases.Server, secret: str) -> None:
    walk.fill(page, "Host", "127.0.0.1")
    walk.fill(page, "Port", str(shop.port))
    walk.fill(page, "Database", "shop")
    walk.fill(page, "User", "reader")
    walk.fill(page, "Password", secret)


def test_a_table_is_read_from_a_database_with_the_mouse(
    open_page: Callable[..., Page], server: Server, shop: databases.Server
) -> None:
    page = open_page()
    dialog = walk.open_form(page, "Database")
    connect(page, shop, "wrong & secret")
    walk.press(page, "Connect")
    expect(dialog.get_by_text("does not let reader in with this password")).to_be_visible()
    walk.fill(page, "Password", SECRET)
    dialog.get_by_text("Keep this connection").click()
    walk.settle(page)
    walk.fill(page, "Name", "Shop")
    walk.press(page, "Connect")
    expect(dialog.get_by_text(re.compile(r"PostgreSQL \d"))).to_be_visible()
    expect(dialog.get_by_label("Password")).to_have_count(0)

    walk.press(page, "Add a filter")
    walk.choose(page, "Filter", "age")
    walk.choose(page, "Comparison", "is at least")
    walk.fill(page, "Value", "30")
    walk.press(page, "Preview")
    expect(dialog.get_by_text("The first 100 rows; nothing is kept yet.")).to_be_visible()
    walk.press(page, "Read the table")
    walk.title(page, "Frame")
    walk.project_of(page)
    page.get_by_role("link", name=re.compile("Data")).first.click()
    walk.title(page, "Data")
    expect(page.get_by_text("400", exact=True).first).to_be_visible()

    page.get_by_role("link", name=re.compile("All projects")).click()
    walk.title(page, "Projects")
    page.get_by_role("link", name=re.compile("Connections")).click()
    walk.title(page, "Connections")
    expect(page.get_by_text("Shop", exact=True)).to_be_visible()
    walk.press(page, "Test")
    field = page.get_by_label("Password", exact=True)
    expect(field).to_have_value("")
    expect(field).to_have_attribute("placeholder", "••••••••")
    page.get_by_role("dialog").get_by_role("button", name="Test").click()
    expect(page.get_by_text(re.compile(r"PostgreSQL [\d.]+ answers"))).to_be_visible()

    server.kill()
    held = [path for path in server.home.rglob("*") if path.is_file()]
    assert "fairway.db" in {path.name for path in held}
    assert [path for path in held if SECRET.encode() in path.read_bytes()] == []


def test_what_is_no_select_is_refused_before_it_is_sent(open_page: Callable[..., Page], shop: databases.Server) -> None:
    page = open_page(width=1024, height=900, color_scheme="dark")
    dialog = walk.open_form(page, "Database")
    connect(page, shop, SECRET)
    walk.press(page, "Connect")
    dialog.get_by_text("A SELECT", exact=True).click()
    walk.settle(page)
    walk.fill(page, "One SELECT", "WITH x AS (DELETE FROM customers RETURNING *) SELECT * FROM x")
    walk.press(page, "Read the table")
    expect(page.get_by_text("The word DELETE would change data, and Fairway only reads.")).to_be_visible()
    walk.fill(page, "One SELECT", "SELECT age, churned FROM customers WHERE age > 40")
    walk.press(page, "Read the table")
    walk.title(page, "Frame")
