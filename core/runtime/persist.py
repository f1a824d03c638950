"""Saving and loading a fitted pipeline without pickle: the list of types that may come back is fixed here."""

import zlib
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from sklearn.pipeline import Pipeline

from core.runtime.errors import UnusableError
from core.runtime.transformers import MODELS, TRANSFORMERS

ALLOWED_TYPES: Final[tuple[str, ...]] = (
    *sorted(f"{kind.__module__}.{kind.__qualname__}" for kind in (*TRANSFORMERS, *MODELS)),
    "collections.OrderedDict",
    "core.runtime.calibrated.CalibratedModel",
    "core.runtime.calibrated.ChanceMap",
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    "lightgbm.sklearn.LGBMRegressor",
    "sklearn._loss.loss.HalfTweedieLoss",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    "sklearn.tree._tree.Tree",
)
"""What a model file may hold beside numbers, texts, containers, numpy arrays and scikit-learn's own public estimators,
which skops trusts by itself. A file never adds to it; a new model or transformer adds its type here, with a test."""

UNPACKED_BYTES: Final = 4 * 1024**3
"""Largest size a model file may unpack to."""


def save_model(pipeline: Pipeline, path: str | Path) -> None:
    """Write a fitted pipeline.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted; made of the types that ``load_model`` takes.
    path : str or Path
        The file; replaced if it is there.
    """
    from skops.io import dump

    dump(pipeline, Path(path), compression=ZIP_DEFLATED, compresslevel=1)


def load_model(path: str | Path) -> Pipeline:
    """Read a pipeline that ``save_model`` wrote.

    The types a file holds are compared with ``ALLOWED_TYPES`` before any of them is made; nothing is unpickled.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Pipeline

    Raises
    ------
    UnusableError
        A ``ValueError``: the file is no model file, is damaged, or holds types that are not on the list.
    """
    import skops.io

    place = Path(path)
    try:
        with ZipFile(place) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            complete = archive.testzip() is None
    except (BadZipFile, EOFError):
        raise UnusableError(f"{place.name} is not a model file saved by Fairway, so it was not loaded.") from None
    except (
        zlib.error,
        NotImplementedError,
        RuntimeError,
    ):  # packed data that cannot be unpacked, or not by these means
        raise UnusableError(f"{place.name} is damaged, so it was not loaded.") from None
    if size > UNPACKED_BYTES:
        raise UnusableError(f"{place.name} unpacks to more than {UNPACKED_BYTES // 1024**3} GB, so it was not loaded.")
    if not complete:
        raise UnusableError(f"{place.name} is damaged, so it was not loaded.")
    try:
        strange = sorted(set(skops.io.get_untrusted_types(file=place)) - set(ALLOWED_TYPES))
        model: Any = None if strange else skops.io.load(place, trusted=list(ALLOWED_TYPES))
    # A crafted file can break the reader in any way; none of them may pass as a fault of ours.
    except Exception as fault:
        raise UnusableError(f"{place.name} is damaged or was changed, so it was not loaded.") from fault
    if strange:
        raise UnusableError(f"{place.name} holds what no model of Fairway holds ({strange[0]}), so it was not loaded.")
    if not isinstance(model, Pipeline):
        raise UnusableError(f"{place.name} holds no model, so it was not loaded.")
    return model
