import json
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from core.runtime.bundle import FORMAT_VERSION, INFO_PATH, MODEL_PATH
from core.runtime.errors import RuntimeFault
from core.runtime.predict import Predictor, load_bundle
from core.runtime.rules import Grouping, GroupRule, GroupThresholds
from core.runtime.schema import InputRefused

ROW = {"age": 44, "region": "North"}


@pytest.fixture(scope="module")
def predictor(binary_folder: Path) -> Predictor:
    return load_bundle(binary_folder)


def changed(folder: Path, to: Path, **changes: object) -> Path:
    shutil.copytree(folder, to)
    info = json.loads((to / INFO_PATH).read_text())
    (to / INFO_PATH).write_text(json.dumps({**info, **changes}))
    return to


def test_probabilities_are_the_pipelines_own(predictor: Predictor) -> None:
    answer = predictor.predict_rows([ROW])[0]
    expected = predictor.pipeline.predict_proba(pd.DataFrame([ROW]))[0]
    assert list(answer["probabilities"].items()) == [("no", expected[0]), ("yes", expected[1])]


def test_the_threshold_decides(predictor: Predictor) -> None:
    chance = predictor.predict_rows([ROW])[0]["probabilities"]["yes"]
    at = Predictor(replace(predictor.info, threshold=chance), predictor.pipeline)
    above = Predictor(replace(predictor.info, threshold=chance + 1e-9), predictor.pipeline)
    assert at.predict_rows([ROW])[0]["prediction"] == "yes"
    assert above.predict_rows([ROW])[0]["prediction"] == "no"


def test_a_rule_by_group_wins_over_the_threshold(predictor: Predictor) -> None:
    rule = GroupRule(
        Grouping("region"), {"North": GroupThresholds.line(0.0)}, default=GroupThresholds.line(1.1), keys=()
    )
    ruled = Predictor(predictor.info, predictor.pipeline, rule)
    answers = ruled.predict_rows([ROW, {**ROW, "region": "South"}, {**ROW, "region": None}])
    assert [answer["prediction"] for answer in answers] == ["yes", "no", "no"]


def test_a_table_is_answered_like_rows(predictor: Predictor) -> None:
    rows = [ROW, {"age": None, "region": "Mars"}, {"age": "x", "region": 3}]
    table = predictor.predict_frame(pd.DataFrame(rows, index=[5, 6, 7]).astype(object))
    answers = predictor.predict_rows(rows)
    assert table.columns.tolist() == ["prediction", "probability_no", "probability_yes"]
    assert table.index.tolist() == [5, 6, 7]
    assert table["prediction"].tolist() == [answer["prediction"] for answer in answers]
    assert table["probability_yes"].tolist() == [answer["probabilities"]["yes"] for answer in answers]


def test_an_answer_does_not_depend_on_the_other_rows(predictor: Predictor) -> None:
    rows = [ROW, {"age": None, "region": "Mars"}, {"age": "31", "region": None}]
    together = predictor.predict_rows(rows)
    for row, answer in zip(rows, together, strict=True):
        alone = predictor.predict_rows([row])[0]
        # BLAS adds one row up in another order than three: the last bit may differ, and nothing else.
        assert answer.pop("probabilities") == pytest.approx(alone.pop("probabilities"), rel=1e-14)
        assert answer == alone


def test_no_rows_give_no_answers(predictor: Predictor) -> None:
    assert predictor.predict_rows([]) == []
    empty = predictor.predict_frame(pd.DataFrame({"age": [], "region": []}))
    assert empty.columns.tolist() == ["prediction", "probability_no", "probability_yes"]


def test_regression_has_amounts_and_no_probabilities(regression_folder: Path) -> None:
    predictor = load_bundle(regression_folder)
    expected = float(predictor.pipeline.predict(pd.DataFrame([ROW]))[0])
    assert predictor.predict_rows([ROW]) == [{"prediction": expected, "warnings": []}]
    assert predictor.predict_frame(pd.DataFrame([ROW])).columns.tolist() == ["prediction"]


def test_an_unreadable_value_is_refused_only_when_strict(predictor: Predictor) -> None:
    assert predictor.predict_rows([{**ROW, "age": "abc"}])[0]["warnings"] != []
    with pytest.raises(InputRefused):
        predictor.predict_rows([{**ROW, "age": "abc"}], strict=True)


def test_a_changed_model_is_refused(binary_folder: Path, tmp_path: Path) -> None:
    folder = changed(binary_folder, tmp_path / "b")
    with (folder / MODEL_PATH).open("ab") as file:
        file.write(b" ")
    with pytest.raises(RuntimeFault, match=r"model/model\.skops was changed after the bundle was made"):
        load_bundle(folder)


def test_a_missing_file_is_named(binary_folder: Path, tmp_path: Path) -> None:
    folder = changed(binary_folder, tmp_path / "b")
    (folder / MODEL_PATH).unlink()
    with pytest.raises(RuntimeFault, match=r"model/model\.skops is missing"):
        load_bundle(folder)


def test_a_file_outside_the_bundle_is_not_looked_at(binary_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    folder = changed(binary_folder, tmp_path / "b")
    info = json.loads((folder / INFO_PATH).read_text())
    info["files"]["../secret"] = "0"
    (folder / INFO_PATH).write_text(json.dumps(info))
    with pytest.raises(RuntimeFault, match="incomplete"):
        load_bundle(folder)


def test_another_format_version_is_refused(binary_folder: Path, tmp_path: Path) -> None:
    folder = changed(binary_folder, tmp_path / "b", format_version=FORMAT_VERSION + 1)
    with pytest.raises(RuntimeFault, match="format version 2"):
        load_bundle(folder)


def test_another_minor_version_of_scikit_learn_is_refused(binary_folder: Path, tmp_path: Path) -> None:
    folder = changed(binary_folder, tmp_path / "b", libraries={"scikit-learn": "0.24.1"})
    with pytest.raises(RuntimeFault, match=r"pip install -r requirements\.txt"):
        load_bundle(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format_version": 1}', "not json"])
def test_damaged_information_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / INFO_PATH).write_text(text)
    with pytest.raises(RuntimeFault):
        load_bundle(tmp_path)


def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeFault, match="is no bundle"):
        load_bundle(tmp_path)
