import numpy as np
import pandas as pd

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task
from core.prepare.proposal import propose_splits


def schema(**types):
    return Schema(columns=tuple(ColumnSpec(name=name, type=kind) for name, kind in types.items()))


def frame(**given):
    return Frame(target="y", task=Task.BINARY, positive="yes", **given)


Y = np.array(["yes", "no"] * 50, dtype=object)


def test_several_rows_of_one_patient_speak_for_groups():
    table = pd.DataFrame({"patient": [f"p{n // 4}" for n in range(100)], "y": Y})
    (found,) = propose_splits(table, schema(patient=ColumnType.IDENTIFIER, y=ColumnType.YES_NO), frame())
    assert found.changes == {"kind": "group", "column": "patient"}
    assert found.reason.startswith("4.0 rows share a `patient` on average")


def test_a_row_a_patient_does_not():
    table = pd.DataFrame({"patient": [f"p{n}" for n in range(100)], "y": Y})
    assert propose_splits(table, schema(patient=ColumnType.IDENTIFIER, y=ColumnType.YES_NO), frame()) == ()


def test_a_date_speaks_for_time_where_the_moment_of_prediction_is_told():
    days = pd.date_range("2024-01-01", periods=100)
    table, kinds = pd.DataFrame({"day": days, "y": Y}), schema(day=ColumnType.DATE, y=ColumnType.YES_NO)
    (found,) = propose_splits(table, kinds, frame(predicted_at="when the order arrives"))
    assert found.changes == {"kind": "time", "column": "day"}
    assert "when the order arrives" in found.reason
    assert propose_splits(table, kinds, frame()) == ()


def test_a_column_that_names_the_parts_is_seen():
    table = pd.DataFrame({"Split": ["Train"] * 60 + ["Val"] * 20 + ["Test"] * 20, "y": Y})
    (found,) = propose_splits(table, schema(Split=ColumnType.CATEGORY, y=ColumnType.YES_NO), frame())
    assert found.changes == {
        "kind": "column",
        "column": "Split",
        "test_values": ("Test",),
        "validation_values": ("Val",),
    }


def test_a_party_is_no_part():
    table = pd.DataFrame({"party": ["left", "right"] * 50, "y": Y})
    assert propose_splits(table, schema(party=ColumnType.CATEGORY, y=ColumnType.YES_NO), frame()) == ()


def test_a_category_speaks_for_groups_only_where_its_name_is_that_of_a_case():
    table = pd.DataFrame({"customer_id": [f"c{n // 4}" for n in range(100)], "y": Y})
    (found,) = propose_splits(table, schema(customer_id=ColumnType.CATEGORY, y=ColumnType.YES_NO), frame())
    assert found.changes["column"] == "customer_id"
    town = table.rename(columns={"customer_id": "town"})
    assert propose_splits(town, schema(town=ColumnType.CATEGORY, y=ColumnType.YES_NO), frame()) == ()
