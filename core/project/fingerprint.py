"""Fingerprints: each result is named by what it was made from, so nothing can be out of date unnoticed."""

import hashlib
import json
from functools import cache
from importlib.metadata import version
from typing import Any

from core.framing.frame import Frame
from core.framing.metrics import METRICS
from core.project.document import Project

BINDING = (
    "target",
    "task",
    "positive",
    "metric",
    "unknown_at_prediction",
    "sensitive",
    "sensitive_as_features",
    "quantile",
)
"""Fields of the frame on which what is trained depends, and with it the findings of every step."""
SPOKEN_OF: dict[str, tuple[str, ...]] = {
    "data": ("predicted_at", "row_is"),
    "prepare": ("predicted_at",),
    "train": ("costs", "good_enough", "row_is"),
    "evaluate": ("costs", "good_enough", "row_is"),
    "explain": ("predicted_at", "row_is"),
    "fairness": ("fairness_measure", "fairness_limit", "flag_is_good", "costs", "harm", "row_is"),
    "export": (),
    "monitor": ("costs", "row_is"),
}
"""Further fields that a step's findings use or repeat; a change of any other leaves them as they are."""
MEDIAN = 0.5
"""The quantile that is asked for where nobody names another."""
LIBRARIES = ("scikit-learn", "lightgbm", "numpy", "pandas")
"""Libraries whose version changes what a training finds."""


@cache
def library_versions() -> dict[str, str]:
    """Return the installed versions of the libraries that decide a result."""
    return {name: version(name) for name in LIBRARIES}


def digest(value: Any) -> str:
    """Return 12 hex digits that name a JSON value; equal values give equal names."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def data_fingerprint(project: Project) -> str:
    """Name the table and what the user said of its columns."""
    return digest(
        [
            project.data.content_hash if project.data else None,
            project.table_schema.model_dump(mode="json") if project.table_schema else None,
            project.frame.target,
            project.frame.unknown_at_prediction,
            project.frame.sensitive,
        ]
    )


def frame_fingerprint(project: Project) -> str:
    """Name the frame."""
    return digest(project.frame.model_dump(mode="json"))


def frame_fingerprint_for(project: Project, stage: str) -> str:
    """Name what the findings of a step depend on in the frame; all of it for Frame itself."""
    if stage not in SPOKEN_OF:
        return frame_fingerprint(project)
    return digest(project.frame.model_dump(mode="json", include={*BINDING, *SPOKEN_OF[stage]}))


def training_fingerprint(project: Project) -> str:
    """Name everything a training's result depends on: data, frame, recipe, split, seed and library versions.

    The budget and the list of candidates are not part of it: they say how far a training goes, not what it finds.
    """
    named = {**_prepared(project), "seed": project.plan.seed, "libraries": library_versions()}
    return digest(named | _asked(project))


def prepare_fingerprint(project: Project) -> str:
    """Name what Prepare shows: the same without the seed of a training and the versions it runs with."""
    return digest(_prepared(project))


def _prepared(project: Project) -> dict[str, Any]:
    frame = project.frame
    steps = [step.model_dump(mode="json", exclude={"id", "reason", "on"}) for step in project.recipe.active]
    columns = project.table_schema.columns if project.table_schema else ()
    return {
        "data": project.data.content_hash if project.data else None,
        "schema": [[c.name, c.type, c.role, c.date_format] for c in columns],
        "frame": [
            frame.target,
            frame.task,
            frame.positive,
            frame.metric,
            sorted(frame.unknown_at_prediction),
            sorted(frame.sensitive),
            frame.sensitive_as_features,
            *([] if frame.quantile == MEDIAN else [frame.quantile]),
            *_priced(frame),
        ],
        "recipe": steps,
        "split": project.split.model_dump(mode="json"),
    }


def _priced(frame: Frame) -> list[float | None]:
    """Return the costs of the errors where they decide how candidates are judged."""
    metric = METRICS.get(frame.metric or "")
    if metric is None or not metric.needs_costs:
        return []
    return [frame.costs.false_positive, frame.costs.false_negative]


def _asked(project: Project) -> dict[str, Any]:
    """Return what an expert asked of every fit: directions, and the costs where outcomes are weighed by them."""
    plan, costs = project.plan, project.frame.costs
    weighed = any(own.get("weights") == "costs" for own in plan.settings.values())
    asked: dict[str, Any] = {"directions": plan.directions} if plan.directions else {}
    return asked | ({"weights": [costs.false_positive, costs.false_negative]} if weighed else {})


def model_fingerprint(project: Project, run: str) -> str:
    """Name the model that would ship: the training, the run, the correction of its chances, the line, the remedy."""
    remedy = project.remedy.model_dump(mode="json", exclude={"fingerprint"}) if project.remedy else None
    named = [training_fingerprint(project), run, round(project.threshold, 6), remedy]
    return digest([*named, project.calibration] if project.calibration else named)
