"""Findings are kept as long as nothing in the frame changed that they depend on."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.framing.frame import Costs, Frame, Task
from core.project.document import Project
from core.project.fingerprint import BINDING, SPOKEN_OF, frame_fingerprint_for
from core.project.journey import STAGES

NOW = datetime(2026, 3, 1, 9, 14, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]
FRAME = Frame(target="deny", task=Task.BINARY, positive="yes", metric="roc_auc")
CHANGED = {
    "question": "Whom?",
    "template": "credit",
    "row_is": "loan",
    "predicted_at": "at once",
    "unknown_at_prediction": ("fee",),
    "costs": Costs(false_positive=1.0),
    "sensitive": ("sex",),
    "sensitive_as_features": True,
    "fairness_measure": "selection_rate",
    "fairness_limit": 0.2,
    "good_enough": 0.9,
    "today": "By hand",
    "harm": "Someone",
    "flag_is_good": True,
    "quantile": 0.9,
    "target": "other",
    "task": Task.MULTICLASS,
    "positive": "no",
    "metric": "f1",
}
SOURCES = {
    "data": ("core/data",),
    "prepare": ("core/prepare",),
    "train": ("core/train",),
    "evaluate": ("core/evaluate", "core/project/expecting.py"),
    "explain": ("core/explain",),
    "fairness": ("core/fairness",),
    "export": ("core/project/export_checks.py",),
    "monitor": ("core/monitor",),
}


def marks(stage: str) -> dict[str, str]:
    """The fingerprint after a change of each field."""
    project = Project(id="p" * 22, name="x", created=NOW, changed=NOW, frame=FRAME)
    framed = {name: project.updated(frame=FRAME.model_copy(update={name: value})) for name, value in CHANGED.items()}
    return {name: frame_fingerprint_for(given, stage) for name, given in {"": project, **framed}.items()}


def test_every_field_of_the_frame_is_looked_at() -> None:
    assert set(CHANGED) == set(Frame.model_fields)


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "frame"])
def test_only_what_a_step_speaks_of_makes_its_findings_anew(stage: str) -> None:
    found = marks(stage)
    moved = {name for name, mark in found.items() if mark != found[""]}
    assert moved == {*BINDING, *SPOKEN_OF[stage]}
    assert not moved & {"question", "today", "template"}


def test_frame_looks_at_all_of_it() -> None:
    found = marks("frame")
    assert {name for name, mark in found.items() if mark != found[""]} == set(CHANGED)


@pytest.mark.parametrize("stage", list(SOURCES))
def test_no_step_reads_more_of_the_frame_than_its_mark_holds(stage: str) -> None:
    fields = {name for name in CHANGED if name not in ("task", "metric", "target")}
    paths = [path for name in SOURCES[stage] for path in [ROOT / name, *sorted((ROOT / name).rglob("*.py"))]]
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths if path.is_file())
    read = set(re.findall(r"frame\.(\w+)", text))
    if "rows_are" in read:
        read.add("row_is")
    assert read & fields <= {*BINDING, *SPOKEN_OF[stage]}
