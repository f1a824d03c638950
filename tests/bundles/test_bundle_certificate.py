"""The check before a bundle is handed out."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.export.certificate import certify
from core.framing.frame import Task
from core.runtime.bundle import CERTIFICATE_PATH, INFO_PATH, MODEL_PATH, sha256
from core.runtime.rules import Grouping, GroupRule, GroupThresholds, KeyColumn


@pytest.fixture
def copy(binary, tmp_path: Path) -> Path:
    return Path(shutil.copytree(binary.folder, tmp_path / "copy"))


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_a_bundle_as_built_agrees_on_every_golden_row(kind: str, request: pytest.FixtureRequest) -> None:
    made = request.getfixturevalue(kind)
    certificate = certify(made.folder, made.bundle.golden)
    assert certificate.offered
    assert (certificate.rows_checked, certificate.rows_agreeing, certificate.reasons) == (214, 214, ())
    assert certificate.largest_difference <= 1e-9
    written = json.loads((made.folder / CERTIFICATE_PATH).read_text("utf-8"))
    assert written["rows_agreeing"] == 214
    assert written["bundle_sha256"] == sha256(made.folder / INFO_PATH)


def test_a_rule_by_group_decides_in_the_bundle_as_in_the_app(make, request: pytest.FixtureRequest) -> None:
    from sklearn.linear_model import LogisticRegression

    mixed = GroupThresholds(0.5, (">=", 0.3), 0.5, (">=", 0.8))
    keys = (KeyColumn("income", "number"), KeyColumn("since", "date"), KeyColumn("region", "category"))
    rule = GroupRule(Grouping("group"), {"a": mixed, "b": GroupThresholds.line(0.9)}, GroupThresholds.line(0.5), keys)
    model = LogisticRegression(max_iter=500)
    made = make(Task.BINARY, model, scale=True, rule=rule.to_dict(), extra=("group",))
    certificate = certify(made.folder, made.bundle.golden)
    assert certificate.offered, certificate.reasons
    # The rule matters: the same model with its one threshold decides some rows otherwise.
    plain = [answer["probabilities"]["yes"] >= 0.5 for answer in made.bundle.golden.answers]
    ruled = [answer["prediction"] == "yes" for answer in made.bundle.golden.answers]
    assert plain != ruled


def test_what_the_sealed_test_says_stands_in_the_certificate(binary, copy: Path) -> None:
    certify(copy, binary.bundle.golden, seal={"openings": 2, "verdict": "do not ship"})
    written = json.loads((copy / CERTIFICATE_PATH).read_text("utf-8"))
    assert written["sealed_test"] == {"openings": 2, "verdict": "do not ship"}
    assert written["rows_agreeing"] == 214


def test_another_threshold_is_not_offered(binary, copy: Path) -> None:
    info = json.loads((copy / INFO_PATH).read_text("utf-8"))
    (copy / INFO_PATH).write_text(json.dumps({**info, "threshold": 0.9}), "utf-8")
    certificate = certify(copy, binary.bundle.golden)
    assert not certificate.offered
    assert 0 < certificate.rows_agreeing < 214
    assert certificate.reasons[0] == f"{214 - certificate.rows_agreeing} of 214 golden rows differ."


def test_another_model_is_not_offered(binary, copy: Path, multiclass) -> None:
    shutil.copy(multiclass.folder / MODEL_PATH, copy / MODEL_PATH)
    certificate = certify(copy, binary.bundle.golden)
    assert not certificate.offered
    assert certificate.reasons == ("model/model.skops was changed after the bundle was made. Unpack it again.",)


def test_other_probabilities_are_not_offered(binary, copy: Path) -> None:
    answers = binary.bundle.golden.answers
    shifted = {**answers[0], "probabilities": {"no": 0.5, "yes": 0.5}}
    certificate = certify(copy, replace(binary.bundle.golden, answers=(shifted, *answers[1:])))
    assert (certificate.rows_agreeing, certificate.offered) == (213, False)
    assert certificate.largest_difference > 1e-3


def test_changed_code_that_fails_is_not_offered(binary, copy: Path) -> None:
    (copy / "core/runtime/predict.py").write_text("raise SystemExit(3)\n")
    certificate = certify(copy, binary.bundle.golden)
    assert certificate.reasons == ("The bundle stopped before it had answered the golden rows.",)


def test_a_bundle_that_takes_too_long_is_not_offered(binary, copy: Path) -> None:
    certificate = certify(copy, binary.bundle.golden, timeout=0.05)
    assert not certificate.offered
    assert "did not answer" in certificate.reasons[0]


def test_an_interpreter_that_is_not_there_is_told(binary, copy: Path) -> None:
    certificate = certify(copy, binary.bundle.golden, python=sys.executable + "-none")
    assert certificate.reasons == ("The bundle could not be started.",)
