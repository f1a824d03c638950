"""Predictions from a bundle: rows in, labels as text or amounts out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.runtime.bundle import MODEL_PATH, BundleInfo, read_bundle
from core.runtime.persist import load_model
from core.runtime.rules import GroupRule


def load_bundle(folder: str | Path) -> "Predictor":
    """Load a bundle that is whole and unchanged.

    Parameters
    ----------
    folder : str or Path
        The unpacked bundle.

    Returns
    -------
    Predictor

    Raises
    ------
    RuntimeFault
        See ``core.runtime.bundle.read_bundle``.
    """
    place = Path(folder)
    info = read_bundle(place)
    rule = GroupRule.from_dict(info.rule) if info.rule else None
    return Predictor(info, load_model(place / MODEL_PATH), rule)


@dataclass(frozen=True, eq=False)
class Predictor:
    """A fitted pipeline with all that turns its output into answers.

    Parameters
    ----------
    info : BundleInfo
    pipeline : Pipeline
        Takes the raw columns; ``classes_`` as text.
    rule : GroupRule or None
        Thresholds by group; they win over the one of ``info``.
    """

    info: BundleInfo
    pipeline: Any
    rule: GroupRule | None = None

    def flagging(self) -> "Predictor":
        """Return the same model, which flags the values it would refuse."""
        return replace(self, info=replace(self.info, input=self.info.input.flagging()))

    def predict_rows(self, rows: Sequence[Mapping[str, Any]], *, strict: bool = False) -> list[dict[str, Any]]:
        """Answer rows of a request.

        Parameters
        ----------
        rows : sequence of mapping
            Column to value, ``None`` for a missing one.
        strict : bool
            Whether an unreadable value refuses the rows instead of counting as missing, where its column's rule leaves
            it open.

        Returns
        -------
        list of dict
            Per row ``prediction`` (text, or a number for regression), ``probabilities`` by class (classification), and
            ``warnings``.

        Raises
        ------
        InputRefused
            See ``InputSchema.check_rows``.
        """
        frame, warnings = self.info.input.check_rows(rows, strict=strict)
        if not len(frame):
            return []
        if self.info.task == "regression":
            values = self._amounts(frame)
            return [_amount(value, notes) for value, notes in zip(values.tolist(), warnings, strict=True)]
        probabilities = self._probabilities(frame)
        labels = self._decide(probabilities, frame)
        return [
            {
                "prediction": str(label),
                "probabilities": dict(zip(self.info.classes, shares, strict=True)),
                "warnings": notes,
            }
            for label, shares, notes in zip(labels, probabilities.tolist(), warnings, strict=True)
        ]

    def predict_frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Answer a table.

        Parameters
        ----------
        frame : DataFrame of shape (n_rows, ...)
            Holds the input's columns, in any order; further columns are ignored, unreadable values count as missing.

        Returns
        -------
        DataFrame of shape (n_rows, 1 + n_classes)
            ``prediction`` and, for classification, ``probability_<class>``; the same index.

        Raises
        ------
        InputRefused
            A required column is missing, or a column's rule refuses a value.
        """
        read, _ = self.info.input.check_frame(frame)
        names = [f"probability_{name}" for name in self.info.classes]
        if not len(read):
            return pd.DataFrame(columns=["prediction", *names], index=frame.index)
        if self.info.task == "regression":
            return pd.DataFrame({"prediction": self._amounts(read)}, index=frame.index)
        probabilities = self._probabilities(read)
        answers = pd.DataFrame(probabilities, columns=names, index=frame.index)
        answers.insert(0, "prediction", self._decide(probabilities, read).astype(str))
        return answers

    def _amounts(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        return np.asarray(self.pipeline.predict(frame), dtype=np.float64)

    def _probabilities(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Return probabilities of shape (n_rows, n_classes), columns in the order of ``info.classes``."""
        order = [str(name) for name in self.pipeline.classes_]
        given = np.asarray(self.pipeline.predict_proba(frame), dtype=np.float64)
        return given[:, [order.index(name) for name in self.info.classes]]

    def _decide(self, probabilities: NDArray[np.float64], frame: pd.DataFrame) -> NDArray[np.object_]:
        classes = np.asarray(self.info.classes, dtype=object)
        if self.info.task != "binary":
            return np.asarray(classes[probabilities.argmax(axis=1)])
        positive = str(self.info.positive)
        scores = probabilities[:, self.info.classes.index(positive)]
        flagged = scores >= self.info.threshold if self.rule is None else self.rule.decide_rows(scores, frame)
        negative = next(name for name in self.info.classes if name != positive)
        return np.where(flagged, positive, negative).astype(object)


def _amount(value: float, warnings: list[str]) -> dict[str, Any]:
    if np.isfinite(value):
        return {"prediction": value, "warnings": warnings}
    return {"prediction": None, "warnings": [*warnings, "The model has no finite answer for this row."]}
