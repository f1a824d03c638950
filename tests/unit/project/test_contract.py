from datetime import UTC, datetime

import pytest

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import InputError
from core.prepare.contract import ColumnContract
from core.project.contract import set_contract
from core.project.document import Project
from core.project.fingerprint import model_fingerprint
from core.project.shipping import papers_mark
from core.project.undoing import redo, undo

NOW = datetime(2026, 11, 23, 9, 14, tzinfo=UTC)
SCHEMA = Schema(
    columns=(ColumnSpec(name="age", type=ColumnType.NUMBER), ColumnSpec(name="region", type=ColumnType.CATEGORY))
)
FLAGGED = ColumnContract(missing="flag")


@pytest.fixture
def project() -> Project:
    return Project(id="p" * 22, name="Loans", created=NOW, changed=NOW, table_schema=SCHEMA)


def test_what_is_said_is_kept_and_logged(project: Project) -> None:
    said = set_contract(project, {"age": FLAGGED, "region": ColumnContract()}, now=NOW)
    assert said.contract == {"age": FLAGGED}
    assert said.decisions[-1].what == "What new rows must hold: age"
    assert Project.model_validate_json(said.model_dump_json()).contract == {"age": FLAGGED}


def test_saying_what_is_usual_takes_the_rule_away(project: Project) -> None:
    said = set_contract(project, {"age": FLAGGED}, now=NOW)
    assert set_contract(said, {"age": ColumnContract()}, now=NOW).contract == {}
    assert set_contract(said, {"age": FLAGGED}, now=NOW) is said


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"shoe": FLAGGED}, "no column 'shoe'"),
        ({"age": ColumnContract(allowed="9 to 3")}, "ends before it begins"),
        ({"region": ColumnContract(allowed="x" * 5_000)}, "longer than"),
    ],
)
def test_what_cannot_be_held_is_not_stored(project: Project, said: dict[str, ColumnContract], fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        set_contract(project, said, now=NOW)


def test_a_bundle_packed_before_is_out_of_date_and_the_model_is_the_same(project: Project) -> None:
    said = set_contract(project, {"age": FLAGGED}, now=NOW)
    assert papers_mark(said) != papers_mark(project)
    assert model_fingerprint(said, "tree") == model_fingerprint(project, "tree")
    assert papers_mark(set_contract(said, {"age": ColumnContract()}, now=NOW)) == papers_mark(project)


def test_undo_and_redo_cover_what_new_rows_must_hold(project: Project) -> None:
    said = set_contract(project, {"age": FLAGGED}, now=NOW)
    said = set_contract(said, {"region": ColumnContract(unseen="refuse")}, now=NOW)
    back = undo(said, now=NOW)
    assert back.contract == {"age": FLAGGED}
    assert back.decisions[-1].what == "Went back to what new rows had to hold"
    assert undo(back, now=NOW).contract == {}
    assert redo(back, now=NOW).contract == said.contract
    assert redo(back, now=NOW).recipe_touched is False
