import pandas as pd
import pytest

from core.errors import DamagedProjectError, NotFoundError


def test_a_table_comes_back_as_it_was(workspace, frame):
    name = workspace.write_table(frame)
    pd.testing.assert_frame_equal(workspace.read_table(name), frame)


def test_some_columns_can_be_read_alone(workspace, frame):
    name = workspace.write_table(frame)
    assert list(workspace.read_table(name, ["city"]).columns) == ["city"]


def test_the_same_table_lies_there_once(workspace, frame):
    assert workspace.write_table(frame) == workspace.write_table(frame.copy())
    assert len(list((workspace.home / "tables").iterdir())) == 1


def test_a_table_that_is_gone_is_named_as_such(workspace):
    with pytest.raises(NotFoundError, match="table of this project is missing"):
        workspace.read_table("0" * 64)


def test_a_damaged_table_is_named_as_such(workspace, frame):
    name = workspace.write_table(frame)
    workspace.tables.path(name).write_bytes(b"PAR1 and no more")
    with pytest.raises(DamagedProjectError, match="cannot be read"):
        workspace.read_table(name)


@pytest.mark.parametrize("name", ["../projects/x", "/etc/passwd", ".."])
def test_a_table_cannot_be_asked_for_by_path(workspace, name):
    with pytest.raises(NotFoundError):
        workspace.read_table(name)
