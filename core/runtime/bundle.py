"""The bundle on disk: what it says of itself, and the check that nothing in it has changed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from core.runtime.errors import RuntimeFault
from core.runtime.schema import InputSchema

FORMAT_VERSION = 1
"""Raised when a bundle of the version before can no longer be read as it is.

That is: a field of ``bundle.json`` is renamed, removed or changes its meaning, or a file it names moves. A new field
with a default does not raise it. A reader refuses every other version."""

MODEL_PATH = "model/model.skops"
INFO_PATH = "model/bundle.json"
CERTIFICATE_PATH = "certificate.json"
PARTS_PATH = "model/parts.csv"
GOLDEN_PATH = "golden/golden.json"
UNHASHED = (INFO_PATH, CERTIFICATE_PATH)
"""Files without a hash in ``bundle.json``: it cannot hold its own, and the certificate, written after it, holds its."""
DECISIVE = ("scikit-learn", "lightgbm")
"""Libraries that must be of the same minor version: with another, a model may load and yet answer differently."""


@dataclass(frozen=True)
class BundleInfo:
    """What ``model/bundle.json`` says, apart from the hashes.

    Parameters
    ----------
    title : str
        The model in words, such as "Logistic regression".
    task : str
        ``binary``, ``multiclass`` or ``regression``.
    target : str
        Name of the outcome.
    input : InputSchema
    classes : tuple of str
        Sorted; empty for regression.
    positive : str or None
        The outcome looked for (binary only).
    threshold : float
        A binary prediction is positive where its probability is at least this.
    rule : dict or None
        Thresholds by group, as ``GroupRule.from_dict`` reads them; it wins over ``threshold``.
    metric, score
        Key of the metric and its value in cross-validation.
    created : str
        ISO 8601.
    python : str
    libraries, fingerprints : dict of str to str
    read_as : dict of str to str
        How the training table was read from its file; see ``core.runtime.table.read_table``.
    costs : dict of str to float
        What the two errors cost, ``false_positive`` and ``false_negative``; empty where nobody said.
    quantile : float
        The one asked for, of amounts.
    """

    title: str
    task: str
    target: str
    input: InputSchema
    classes: tuple[str, ...] = ()
    positive: str | None = None
    threshold: float = 0.5
    rule: Mapping[str, Any] | None = None
    metric: str = ""
    score: float | None = None
    created: str = ""
    python: str = ""
    libraries: Mapping[str, str] = field(default_factory=dict)
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    read_as: Mapping[str, str] = field(default_factory=dict)
    costs: Mapping[str, float] = field(default_factory=dict)
    quantile: float = 0.5

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "BundleInfo":
        """Read the value ``to_dict`` returned; raises ``RuntimeFault`` for another format version."""
        found = given.get("format_version")
        if found != FORMAT_VERSION:
            raise RuntimeFault(
                f"This bundle has format version {found}; this code reads version {FORMAT_VERSION}. "
                "Use the code that came with the bundle, or export the model again."
            )
        known = {name: given[name] for name in cls.__dataclass_fields__ if name in given}
        return cls(**{**known, "input": InputSchema.from_dict(given["input"]), "classes": tuple(given["classes"])})

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values, the format version first."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        values |= {"input": self.input.to_dict(), "classes": list(self.classes)}
        return {"format_version": FORMAT_VERSION, **values}


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_bundle(folder: Path) -> BundleInfo:
    """Read what a bundle says of itself, after holding every file against its hash.

    Parameters
    ----------
    folder : Path
        The unpacked bundle.

    Returns
    -------
    BundleInfo

    Raises
    ------
    RuntimeFault
        It is no bundle, a file is missing or has changed, it has another format, or was made with other libraries.
    """
    try:
        given = json.loads((folder / INFO_PATH).read_text("utf-8"))
        hashes = given["files"]
        info = BundleInfo.from_dict(given)
    except FileNotFoundError:
        raise RuntimeFault(f"This folder is no bundle: it has no {INFO_PATH}. Name the folder you unpacked.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise RuntimeFault(f"{INFO_PATH} cannot be read. Unpack the bundle again.") from fault
    if MODEL_PATH not in hashes:
        raise RuntimeFault(f"{INFO_PATH} names no model. Unpack the bundle again.")
    for name, expected in hashes.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            raise RuntimeFault(f"The bundle is incomplete: {name} is missing. Unpack it again.")
        if sha256(path) != expected:
            raise RuntimeFault(f"{name} was changed after the bundle was made. Unpack it again.")
    _check_versions(info.libraries)
    return info


def _check_versions(libraries: Mapping[str, str]) -> None:
    for name in DECISIVE:
        if name not in libraries:
            continue
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "none"
        if found.split(".")[:2] != libraries[name].split(".")[:2]:
            raise RuntimeFault(
                f"This model was made with {name} {libraries[name]}; here is {found}. "
                "Install what it needs: pip install -r requirements.txt"
            )
