"""Saved connections: per owner, and never with a password."""

from datetime import datetime

import pytest

from core import limits
from core.errors import InputError, LimitError, NotFoundError
from core.workspace import Workspace
from core.workspace.connections import (
    connection,
    connections,
    delete_connection,
    rename_connection,
    save_connection,
)

ADDRESS = "postgresql+psycopg://reader@db.example.org:5432/sales"


def test_a_connection_is_kept_renamed_and_deleted(workspace: Workspace, noon: datetime) -> None:
    sales = save_connection(workspace, " Sales ", "postgres://reader@db.example.org:5432/sales", now=noon)
    files = save_connection(workspace, "Files", "sqlite:///a.db", now=noon)
    assert [(one.name, one.address, one.created) for one in connections(workspace)] == [
        ("Files", "sqlite:///a.db", noon),
        ("Sales", ADDRESS, noon),
    ]
    rename_connection(workspace, files.id, "Zoo <b>")
    assert [one.name for one in connections(workspace)] == ["Sales", "Zoo <b>"]
    delete_connection(workspace, files.id)
    assert connections(workspace) == (sales,)
    assert connection(workspace, sales.id) == sales


@pytest.mark.parametrize(
    "address",
    ["postgresql://reader:hidden@db/sales", "postgresql://reader@db/sales?password=hidden", "hidden", "mysql://db"],
)
def test_an_address_with_a_secret_is_not_kept(workspace: Workspace, noon: datetime, address: str) -> None:
    with pytest.raises(InputError) as error:
        save_connection(workspace, "Sales", address, now=noon)
    assert "hidden" not in error.value.message
    assert connections(workspace) == ()
    workspace.database.close()
    assert all(b"hidden" not in path.read_bytes() for path in workspace.home.rglob("*") if path.is_file())


def test_a_name_is_needed_and_used_once(workspace: Workspace, noon: datetime) -> None:
    first = save_connection(workspace, "Sales", ADDRESS, now=noon)
    second = save_connection(workspace, "Other", ADDRESS, now=noon)
    with pytest.raises(InputError, match="named “Sales” already"):
        save_connection(workspace, "Sales", ADDRESS, now=noon)
    with pytest.raises(InputError, match="named “Sales” already"):
        rename_connection(workspace, second.id, "Sales")
    with pytest.raises(InputError, match="needs a name"):
        rename_connection(workspace, first.id, "  ")
    with pytest.raises(LimitError, match="at most 120"):
        rename_connection(workspace, first.id, "x" * 121)
    assert [one.name for one in connections(workspace)] == ["Other", "Sales"]


def test_another_users_connection_is_not_found(workspace: Workspace, noon: datetime) -> None:
    theirs = save_connection(workspace.for_user("somebody@example.org"), "Theirs", ADDRESS, now=noon)
    assert connections(workspace) == ()
    for attempt in (
        lambda: connection(workspace, theirs.id),
        lambda: rename_connection(workspace, theirs.id, "Mine"),
        lambda: delete_connection(workspace, theirs.id),
        lambda: delete_connection(workspace, "' OR 1=1 --"),
    ):
        with pytest.raises(NotFoundError, match="There is no such connection"):
            attempt()
    assert [one.name for one in connections(workspace.for_user("somebody@example.org"))] == ["Theirs"]
    assert save_connection(workspace, "Theirs", ADDRESS, now=noon).name == "Theirs"


def test_there_are_not_endlessly_many(workspace: Workspace, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.workspace.connections.CONNECTIONS", 1)
    assert limits.CONNECTIONS == 200
    save_connection(workspace, "Sales", ADDRESS, now=noon)
    with pytest.raises(LimitError, match="There are 1 connections"):
        save_connection(workspace, "More", ADDRESS, now=noon)
