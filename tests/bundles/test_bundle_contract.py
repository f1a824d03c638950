"""A bundle keeps to what was said of new rows: its service, its script, its papers and its certificate."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from core.export.certificate import certify
from core.framing.frame import Task
from core.prepare.contract import ColumnContract, rule_of
from core.runtime.batch import predict_file
from core.runtime.schema import InputSchema
from tests.bundles.conftest import spec_of
from tests.bundles.test_bundle_service import ended, started


@pytest.fixture(scope="module")
def held(make: Callable):
    spec, problem = spec_of(Task.BINARY, LogisticRegression(max_iter=500), scale=True)
    number, category = (next(c.name for c in spec.input.columns if c.type == kind) for kind in ("number", "category"))
    said = {
        number: ColumnContract(missing="refuse", unreadable="missing", beyond="refuse", allowed="to 1000000"),
        category: ColumnContract(absent="missing", missing="flag", unseen="refuse"),
    }
    columns = [
        replace(column, required=column.name != category, rule=rule_of(said[column.name], problem.schema[column.name]))
        if column.name in said
        else column
        for column in spec.input.columns
    ]
    made = make(Task.BINARY, LogisticRegression(max_iter=500), scale=True, input=InputSchema(tuple(columns)))
    return made, number, category


def row_of(made) -> dict[str, object]:
    import json

    return json.loads((made.folder / "golden" / "request.json").read_text("utf-8"))["rows"][0]


def test_the_service_flags_and_refuses_as_was_said(held, alone: Callable) -> None:
    made, number, category = held
    row = row_of(made)
    process, client = started(made, alone, ["service.py", "--port", "PORT"])
    try:
        usual = client.post("/predict", json={"rows": [row]})
        assert usual.status_code == 200
        gone = {name: value for name, value in row.items() if name != category}
        answer = client.post("/predict", json={"rows": [gone]})
        assert answer.status_code == 200
        assert f"`{category}` is missing." in answer.json()["predictions"][0]["warnings"]
        for wrong, column, said in (
            ({number: None}, number, f"Row 2: `{number}` is missing."),
            ({number: 10.0**8}, number, f"Row 2: `{number}` is 1e+08; training saw"),
            ({category: "Mars"}, category, f"Row 2: `{category}` is 'Mars', which training never saw."),
        ):
            refused = client.post("/predict", json={"rows": [row, {**row, **wrong}]})
            assert refused.status_code == 422
            first = refused.json()["problems"][0]
            assert (first["row"], first["column"]) == (2, column)
            assert first["message"].startswith(said)
        shown = {column["name"]: column["rule"] for column in client.get("/schema").json()["columns"]}
        assert shown[number]["missing"] == "refuse"
    finally:
        ended(process, client)


def test_a_file_with_a_refused_row_is_refused_naming_it(held, tmp_path, capsys) -> None:
    made, number, _ = held
    row = row_of(made)
    path, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    pd.DataFrame([row, {**row, number: None}]).to_csv(path, index=False)
    assert predict_file(made.folder, [str(path), "--out", str(out)]) == 2
    assert f"Row 2: `{number}` is missing." in capsys.readouterr().err
    assert not out.exists()
    pd.DataFrame([row, row]).to_csv(path, index=False)
    assert predict_file(made.folder, [str(path), "--out", str(out)]) == 0


def test_the_golden_rows_agree_and_the_papers_say_the_rules(held) -> None:
    made, _, _ = held
    assert certify(made.folder, made.bundle.golden).rows_agreeing == len(made.bundle.golden.rows)
    readme = (made.folder / "README.md").read_text("utf-8")
    assert "Missing values refused; unreadable values read as missing; numbers beyond training refused" in readme
    assert "May be left out; missing values flagged; values never seen refused" in (
        made.folder / "MODEL_CARD.md"
    ).read_text("utf-8")
