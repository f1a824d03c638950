"""``train.py``: readable code that makes the same model again from the data file."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.export.facts import BundleSpec
from core.export.templates import render_code
from core.framing.frame import Task
from core.framing.metrics import METRICS
from core.prepare.problem import Problem
from core.runtime.blending import BlendClassifier
from core.runtime.calibrated import CalibratedModel

LINE = 96
"""Longest line of code, but for what cannot be broken."""


def parts_table(problem: Problem) -> pd.DataFrame:
    """Say for each row of the table what part it plays, after the steps on rows.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    DataFrame of shape (n_rows, 2 + n_folds)
        ``row`` from 0; ``part``: ``train``, ``test``, ``left out`` (a training row that a step on rows takes away) or
        empty (no outcome); per fold ``fit``, ``judge`` or empty. A row that is learned from several times says how
        often behind its part: ``train 3``.
    """
    from core.prepare.rows import training_rows

    split = problem.split
    columns = {"part": np.full(len(problem.X), "", dtype=object)}
    columns["part"][split.train] = "left out"
    _mark(columns["part"], training_rows(problem, split.train), "train")
    columns["part"][split.test] = "test"
    for number, (fit, judge) in enumerate(split.folds, start=1):
        fold = np.full(len(problem.X), "", dtype=object)
        _mark(fold, training_rows(problem, fit), "fit")
        fold[judge] = "judge"
        columns[f"fold_{number}"] = fold
    return pd.DataFrame({"row": np.arange(len(problem.X)), **columns})


def _mark(parts: NDArray[np.object_], rows: NDArray[np.intp], part: str) -> None:
    """Write a part beside rows; behind it how often a row counts, where that is more than once."""
    places, times = np.unique(rows, return_counts=True)
    parts[places] = [part if count == 1 else f"{part} {count}" for count in times]


def training_script(spec: BundleSpec) -> str:
    """Return the text of ``train.py``.

    Parameters
    ----------
    spec : BundleSpec

    Returns
    -------
    str
    """
    imports: dict[str, set[str]] = {"sklearn.pipeline": {"Pipeline"}}
    *before, (last, model) = spec.pipeline.steps
    correction = model.method if isinstance(model, CalibratedModel) else ""
    # What corrects the chances learns from the folds, after the model: it is no part of what a fold is fitted with.
    named = [*before, (last, model.estimator_ if correction else model)]
    steps = [f"({name!r}, {source_of(step, imports, 12)})" for name, step in named]
    function, expression = METRICS[spec.metric].code
    if function:
        imports.setdefault("sklearn.metrics", set()).add(function)
    lines = [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(imports.items())]
    return render_code(
        "train.py.j2",
        {
            "imports": [line for line in lines if not line.startswith("from core.")],
            "own_imports": [line for line in lines if line.startswith("from core.")],
            "steps": steps,
            "score": expression,
            "is_classification": spec.task.is_classification,
            "is_binary": spec.task is Task.BINARY,
            "classes": list(spec.classes),
            "positive": spec.positive,
            "quantile": spec.quantile,
            "costs": spec.costs if METRICS[spec.metric].needs_costs else None,
            "target": spec.target,
            "metric": METRICS[spec.metric].title,
            "expected": spec.code.score,
            "sampled": spec.code.sampled,
            "other_folds": spec.code.other_folds,
            "correction": correction,
            "fixed_map": _fixed_map(model) if correction else "",
            "pass_folds": spec.code.pass_folds,
            "folds": sum(name.startswith("fold_") for name in spec.code.parts.columns),
        },
    )


def _fixed_map(model: CalibratedModel) -> str:
    """Return the code of a correction that the script cannot learn again; empty where it can.

    The folds of a blend were answered with weights chosen without them, the script's model has its final weights.
    """
    if not isinstance(model.estimator_, BlendClassifier):
        return ""
    learned = model.map_
    return f"ChanceMap.of({learned.method!r}, {[one.tolist() for one in learned.maps_]!r}, {float(learned.floor_)!r})"


def source_of(value: Any, imports: dict[str, set[str]], indent: int = 0) -> str:
    """Return the expression that makes a setting or an unfitted estimator again.

    Parameters
    ----------
    value : object
        An estimator, or a JSON-like value.
    imports : dict of str to set of str
        Module to names; takes up what the expression needs.
    indent : int
        Spaces before the line it stands on; what does not fit is broken into lines.

    Returns
    -------
    str
        Settings at the library's default are not named: the versions are pinned beside it.
    """
    if isinstance(value, np.generic):
        value = value.item()
    deeper = indent + 4
    if isinstance(value, dict):
        return _joined(
            "{", [f"{source_of(k, imports)}: {source_of(v, imports, deeper)}" for k, v in value.items()], "}", indent
        )
    if isinstance(value, list):
        return _joined("[", [source_of(item, imports, deeper) for item in value], "]", indent)
    if isinstance(value, tuple):
        return _joined(
            "(", [source_of(item, imports, deeper) for item in value], ",)" if len(value) == 1 else ")", indent
        )
    if not hasattr(value, "get_params"):
        if not isinstance(value, (str, int, float, bool, type(None))):
            raise TypeError(f"no code can be written for a {type(value).__name__}")
        return repr(value)
    kind = type(value)
    imports.setdefault(_public_module(kind), set()).add(kind.__name__)
    plain = _defaults(kind)
    named = [
        f"{name}={source_of(setting, imports, deeper)}"
        for name, setting in value.get_params(deep=False).items()
        if name not in plain or repr(plain[name]) != repr(setting)
    ]
    return _joined(f"{kind.__name__}(", named, ")", indent)


def _joined(start: str, items: list[str], end: str, indent: int) -> str:
    line = start + ", ".join(items) + end
    if len(line) + indent <= LINE or not items:
        return line
    space = "\n" + " " * (indent + 4)
    return start + "".join(f"{space}{item}," for item in items) + "\n" + " " * indent + end.lstrip(",")


def _public_module(kind: type) -> str:
    """Return where a class is imported from: private modules (``sklearn.linear_model._ridge``) are left out."""
    if kind.__module__.startswith("core.runtime."):
        return "core.runtime.transformers"
    parts = kind.__module__.split(".")
    if parts[0] == "lightgbm":
        return "lightgbm"
    private = next((place for place, name in enumerate(parts) if name.startswith("_")), len(parts))
    return ".".join(parts[:private])


def _defaults(kind: type) -> dict[str, Any]:
    from inspect import Parameter, signature

    # Read from the class itself: its __init__ reads as (self, /, *args, **kwargs) to mypy.
    given = signature(kind).parameters.values()
    return {parameter.name: parameter.default for parameter in given if parameter.default is not Parameter.empty}
