"""What a training found, on disk: the leaderboard, and per candidate its model and its out-of-fold predictions.

::

    training/<fingerprint>/board.json
                           before.json             what was there when the running job began; gone when it is done
                           runs/<key>/outcomes.npz
                                      model.skops
                                      run.json     written last: a candidate without it was not finished
"""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from core.errors import DamagedProjectError, NotFoundError
from core.framing.frame import Costs, Task
from core.framing.outcomes import Outcomes
from core.runtime.bundle import sha256
from core.train.board import Leaderboard, Run, RunStatus
from core.workspace.files import inside, read_json, remove_tree, replacing, write_json

if TYPE_CHECKING:
    from core.train.search import FittedRun

BOARD, BEFORE, RUN, MODEL, OUTCOMES = "board.json", "before.json", "run.json", "model.skops", "outcomes.npz"
"""Names of the files of a training."""


@dataclass(frozen=True)
class TrainingFolder:
    """The results of one training.

    Parameters
    ----------
    path : Path
        Resolved; it need not exist.
    """

    path: Path

    def board(self) -> Leaderboard | None:
        """Return the leaderboard as it was last written, ``None`` before the first time."""
        found = read_json(self.path / BOARD)
        return None if found is None else _read(Leaderboard, found)

    def write_board(self, board: Leaderboard) -> None:
        """Write the leaderboard; a reader meets the one before or this one."""
        write_json(self.path / BOARD, board.model_dump(mode="json"))

    def save_fitted(self, fitted: "FittedRun") -> Run:
        """Keep a finished candidate: its predictions, its model, and at last its line of the leaderboard.

        Returns
        -------
        Run
            That line, with hash and size of the model's file.
        """
        from core.runtime.persist import save_model

        folder = self._run(fitted.run.key)
        found = OutOfFold(fitted.outcomes, fitted.folds, fitted.rows, fitted.tried)
        write_outcomes(folder / OUTCOMES, found)
        with replacing(folder / MODEL) as temporary:
            save_model(fitted.pipeline, temporary)
            size = temporary.stat().st_size
            run = fitted.run.model_copy(update={"model_hash": sha256(temporary), "size_bytes": size})
        write_json(folder / RUN, run.model_dump(mode="json"))
        return run

    def finished(self) -> dict[str, Run]:
        """Return the candidates whose model and predictions are kept, by key."""
        runs = [_read(Run, read_json(path)) for path in sorted((self.path / "runs").glob(f"*/{RUN}"))]
        return {run.key: run for run in runs if run.status is RunStatus.DONE}

    def fitted(self) -> "dict[str, FittedRun]":
        """Return the same as a search takes them.

        Their ``pipeline`` is ``None``: a search shows what is kept, and reading models it does not use takes seconds.
        """
        from core.train.search import FittedRun

        found = {}
        for key, run in self.finished().items():
            kept = read_outcomes(self._kept(key, OUTCOMES))
            found[key] = FittedRun(run, None, kept.outcomes, kept.folds, kept.rows, kept.tried)
        return found

    def outcomes(self, key: str) -> Outcomes:
        """Return a candidate's out-of-fold predictions beside what happened; ``rows`` says of which rows of the table.

        Raises
        ------
        NotFoundError
            The candidate was not finished.
        DamagedProjectError
            The file cannot be read.
        """
        return read_outcomes(self._kept(key, OUTCOMES)).outcomes

    def folds(self, key: str) -> NDArray[np.intp]:
        """Return the number of the fold in which each of those rows was left out, shape (n,)."""
        return read_outcomes(self._kept(key, OUTCOMES)).folds

    def rows(self, key: str) -> NDArray[np.intp]:
        """Return the position in the table of each of those rows, shape (n,)."""
        return read_outcomes(self._kept(key, OUTCOMES)).rows

    def tried(self, key: str) -> NDArray[np.float32] | None:
        """Return what other settings tuning tried said of some of those rows; see ``core.train.fitted.FittedRun``."""
        return read_outcomes(self._kept(key, OUTCOMES)).tried

    def pipeline(self, key: str) -> Any:
        """Return a candidate's pipeline, fitted on all training rows: raw columns in.

        Raises
        ------
        NotFoundError
            The candidate was not finished.
        DamagedProjectError
            The file is damaged or was changed.
        """
        from core.runtime.errors import UnusableError
        from core.runtime.persist import load_model

        path = self.model_path(key)
        told = self.finished()[key].model_hash
        try:
            if told and sha256(path) != told:
                raise UnusableError("The file is not the one that was kept.")
            return load_model(path)
        except (UnusableError, OSError) as error:
            raise DamagedProjectError(
                "This model was damaged or changed, and was not loaded.",
                next_step="Train it again, or choose another one.",
            ) from error

    def model_path(self, key: str) -> Path:
        """Return the file of a candidate's pipeline; raises ``NotFoundError``."""
        return self._kept(key, MODEL)

    def remember(self, job_id: str) -> None:
        """Note what is here before a job adds to it, so that discarding the job can take back just that."""
        write_json(
            self.path / BEFORE,
            {"job": job_id, "board": read_json(self.path / BOARD), "runs": sorted(self.finished())},
        )

    def forget(self, job_id: str) -> None:
        """Drop that note: what the job found is kept."""
        if (read_json(self.path / BEFORE) or {}).get("job") == job_id:
            (self.path / BEFORE).unlink(missing_ok=True)

    def roll_back(self, job_id: str) -> None:
        """Take back what a job added; without a note of this job there is nothing to take back."""
        before = read_json(self.path / BEFORE) or {}
        if before.get("job") != job_id:
            return
        if before["board"] is None and not before["runs"]:
            remove_tree(self.path)
            return
        for folder in (self.path / "runs").glob("*"):
            if folder.name not in before["runs"]:
                remove_tree(folder)
        if before["board"] is None:
            (self.path / BOARD).unlink(missing_ok=True)
        else:
            write_json(self.path / BOARD, before["board"])
        self.forget(job_id)

    def _run(self, key: str) -> Path:
        return inside(self.path, "runs", key)

    def _kept(self, key: str, name: str) -> Path:
        folder = self._run(key)
        if not (folder / RUN).exists() or not (folder / name).exists():
            raise NotFoundError("This model is not kept.", next_step="Train it again, or choose another one.")
        return folder / name


def _read(kind: type[Any], found: Any) -> Any:
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        raise DamagedProjectError(
            "The leaderboard of this training cannot be read.", next_step="Train again; your decisions are unharmed."
        ) from error


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """What a candidate said of rows it had not seen.

    Parameters
    ----------
    outcomes : Outcomes
        Of n rows; labels as text in arrays of object.
    folds : ndarray of int, shape (n,)
        The fold in which each row was left out.
    rows : ndarray of int, shape (n,)
        Its position in the table.
    tried : ndarray of shape (d, s, k) or (d, s), or None
        What d other settings said of s of these rows.
    """

    outcomes: Outcomes
    folds: NDArray[np.intp]
    rows: NDArray[np.intp]
    tried: NDArray[np.float32] | None = None


def write_outcomes(path: Path, found: OutOfFold) -> None:
    """Write predictions as plain numbers: labels as codes into a list of texts, nothing pickled.

    Parameters
    ----------
    path : Path
        Ends in ``.npz``.
    found : OutOfFold
        Every row has an outcome.
    """
    outcomes = found.outcomes
    arrays: dict[str, NDArray[Any]] = {name: np.asarray(getattr(found, name), np.int64) for name in ("folds", "rows")}
    meta: dict[str, Any] = {
        "task": outcomes.task.value,
        "classes": list(outcomes.classes),
        "positive": outcomes.positive,
        "threshold": outcomes.threshold,
        "costs": outcomes.costs.model_dump(mode="json"),
        "quantile": outcomes.quantile,
        "labels": {},
    }
    for name in ("actual", "decided"):
        values = getattr(outcomes, name)
        if values is None:
            continue
        if outcomes.task is Task.REGRESSION:
            arrays[name] = np.asarray(values, dtype=np.float64)
        else:
            labels = list(dict.fromkeys(str(value) for value in values))
            codes = {label: code for code, label in enumerate(labels)}
            arrays[name] = np.array([codes[str(value)] for value in values], dtype=np.int32)
            meta["labels"][name] = labels
    for name in ("probabilities", "values"):
        numbers = getattr(outcomes, name)
        if numbers is not None:
            arrays[name] = np.asarray(numbers, dtype=np.float64)
    if found.tried is not None:
        arrays["tried"] = np.asarray(found.tried, dtype=np.float32)
    arrays["meta"] = np.frombuffer(json.dumps(meta).encode(), dtype=np.uint8)
    with replacing(path) as temporary:
        np.savez(temporary, allow_pickle=False, **arrays)


def read_outcomes(path: Path) -> OutOfFold:
    """Read what ``write_outcomes`` wrote.

    Raises
    ------
    DamagedProjectError
        The file is cut off, was changed, or is none of ours.
    """
    try:
        # Opened here: numpy leaves a file open that turns out to be no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        meta = json.loads(arrays["meta"].tobytes())
        for name, labels in meta["labels"].items():
            arrays[name] = np.array(labels, dtype=object)[arrays[name]]
        outcomes = Outcomes(
            task=Task(meta["task"]),
            actual=arrays["actual"],
            classes=tuple(meta["classes"]),
            positive=meta["positive"],
            probabilities=arrays.get("probabilities"),
            values=arrays.get("values"),
            threshold=float(meta["threshold"]),
            decided=arrays.get("decided"),
            costs=Costs.model_validate(meta.get("costs", {})),
            quantile=float(meta.get("quantile", 0.5)),
        )
        lengths = {len(values) for name, values in arrays.items() if name not in ("meta", "tried")}
        if lengths != {len(outcomes)}:
            raise ValueError("arrays of different lengths")
        return OutOfFold(outcomes, arrays["folds"].astype(np.intp), arrays["rows"].astype(np.intp), arrays.get("tried"))
    except (
        OSError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        EOFError,
        MemoryError,
        zipfile.BadZipFile,
    ) as error:
        raise DamagedProjectError(
            "The predictions of this model cannot be read.", next_step="Train again; your decisions are unharmed."
        ) from error
