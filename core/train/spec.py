"""What the catalogue says of one candidate, and how it is built."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from inspect import signature
from typing import Any

from core.errors import TrainingError
from core.framing.frame import Task
from core.train import spaces, speeds
from core.train.estimators.setting import Setting
from core.train.spaces import Space, Value

BASELINE = "baseline"
NOT_READABLE = "Not to be read as a whole; Explain shows what moves it."


@dataclass(frozen=True)
class Extra:
    """A library that is installed by a command of its own.

    Parameters
    ----------
    package : str
        Its name in code.
    title : str
    command : str
        As the README has it.
    """

    package: str
    title: str
    command: str

    @property
    def is_installed(self) -> bool:
        """Whether it can be imported here; it is not imported to find out."""
        return find_spec(self.package) is not None

    @property
    def missing(self) -> str:
        """What to do where it is not installed."""
        return f"It learns with {self.title}, which is not installed here. The README says how: {self.command}."


EXTRAS = {"torch": Extra("torch", "PyTorch", "make torch")}
"""What models need beyond the requirements."""


def first_to_run(specs: Iterable["ModelSpec"], seconds: Callable[["ModelSpec"], float]) -> "ModelSpec | None":
    """Return the candidate that runs after the baseline: the quickest that can be read, or else the quickest.

    What is there first may be all there is in the end.
    """
    models = (spec for spec in specs if not spec.is_baseline)
    return min(models, key=lambda spec: (not spec.is_readable, seconds(spec)), default=None)


@dataclass(frozen=True)
class ModelSpec:
    """One candidate.

    Parameters
    ----------
    key, title : str
    good_at : str
        One line in plain words.
    tasks : tuple of Task
        Tasks it suits.
    simplicity : int
        Rank of how easily it is explained and run; lower is simpler.
    needs_scaling : bool
        Whether its columns must have one scale; trees must not get a scaler.
    make : callable
        From a ``Setting``, and settings of its space by name, to an unfitted estimator.
    describe : callable
        From the fitted estimator to a few words, such as "150 trees".
    forecast : callable
        From rows, encoded columns and classes (1 for binary and regression) to the seconds of one fit on one core.
        Only a start: the search corrects it by what it measures.
    most_rows : int or None
        Above this many training rows it is left out.
    most_rows_reason : str
        Why, in plain words.
    space : dict of str to Dimension
        Settings that a search varies and a person may fix; empty where there is nothing worth varying.
    readable : str
        What of it can be read by a person, in a few words.
    by_default : bool
        Whether a training tries it unless it was asked not to.
    memory : callable
        From rows, encoded columns and classes to the bytes of one fit beside the table after the recipe.
    needs : str
        Key of ``EXTRAS`` without which it cannot learn; empty where it needs none.
    keeps_order : bool
        Whether it can be held to rise or fall with a column.
    """

    key: str
    title: str
    good_at: str
    tasks: tuple[Task, ...]
    simplicity: int
    needs_scaling: bool
    make: Callable[..., Any]
    describe: Callable[[Any], str]
    forecast: Callable[[int, int, int], float]
    most_rows: int | None = None
    most_rows_reason: str = ""
    space: Space = field(default_factory=dict)
    readable: str = NOT_READABLE
    by_default: bool = True
    memory: Callable[[int, int, int], float] = speeds.table_bytes
    needs: str = ""
    keeps_order: bool = False

    def settings(self, task: Task) -> Space:
        """Return the settings a person may fix for a task."""
        return {
            name: one
            for name, one in self.space.items()
            if not isinstance(one, spaces.Choice) or not one.tasks or task in one.tasks
        }

    @property
    def usual(self) -> dict[str, Any]:
        """Settings of its space and the value each has where none is fixed; ``None`` for what follows the table."""
        given = signature(self.make).parameters.items()
        return {name: one.default for name, one in given if name in self.space}

    @property
    def is_readable(self) -> bool:
        """Whether a person can read it as a whole."""
        return self.readable != NOT_READABLE

    @property
    def is_baseline(self) -> bool:
        """Whether it is the naive guess that all others must beat."""
        return self.key == BASELINE

    @property
    def missing(self) -> str:
        """What must be installed before it can learn here, in plain words; empty where nothing is missing."""
        extra = EXTRAS.get(self.needs)
        return "" if extra is None or extra.is_installed else extra.missing

    def left_out(self, n_rows: int) -> str:
        """Say why it is not tried on so many training rows, in plain words; empty where it is."""
        too_many = self.most_rows is not None and n_rows > self.most_rows
        return self.missing or (self.most_rows_reason if too_many else "")

    def build(
        self,
        task: Task,
        seed: int,
        threads: int,
        n_rows: int,
        n_features: int,
        *,
        metric: str = "",
        n_classes: int | None = None,
        smallest_class: int | None = None,
        least_amount: float = 0.0,
        quantile: float = 0.5,
        class_costs: tuple[tuple[str, float], ...] = (),
        params: Mapping[str, Value] | None = None,
    ) -> Any:
        """Return an unfitted estimator.

        Parameters
        ----------
        task : Task
        seed, threads : int
        n_rows : int
            Fewest rows of any fit.
        n_features : int
            Raw columns the model may see.
        metric : str
            Key of the metric that judges.
        n_classes : int, optional
            Default 2 for a classification.
        smallest_class : int, optional
            Fewest rows of one class in any fit; by default enough of each.
        least_amount, quantile, class_costs
            As in ``Setting``.
        params : mapping, optional
            Settings of its space that are not left at their default.

        Returns
        -------
        A scikit-learn estimator.

        Raises
        ------
        TrainingError
            Where it cannot be built for rows like these.
        """
        if n_classes is None:
            n_classes = 2 if task.is_classification else 0
        if smallest_class is None:
            smallest_class = n_rows // n_classes if n_classes else 0
        sizes = (n_rows, n_features, n_classes, smallest_class)
        asked: dict[str, Any] = {"least_amount": least_amount, "quantile": quantile, "class_costs": class_costs}
        setting = Setting(task, metric, seed, threads, *sizes, **asked)
        return self.make(setting, **self.checked(params or {}))

    def checked(self, params: Mapping[str, Value]) -> dict[str, Value]:
        """Return settings as they are, or raise ``TrainingError`` for one that is not in the space."""
        for name, value in params.items():
            if name not in self.space:
                known = ", ".join(self.space) or "none"
                raise TrainingError(f"{self.title} has no setting “{name}”.", next_step=f"It has: {known}.")
            fault = spaces.clash(value, self.space[name])
            if fault:
                raise TrainingError(f"{self.title}: {name} cannot be {value}; {fault}.", next_step="Change it.")
        return dict(params)
