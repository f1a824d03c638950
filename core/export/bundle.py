"""The bundle: a folder that answers as the model in the app does, without the app."""

import json
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np

from core.errors import BundleError
from core.export.card import held
from core.export.facts import BundleSpec
from core.export.golden import Golden, answer_rows, golden_rows, kept_words
from core.export.requirements import needed, pinned, requirements_text
from core.export.targets import TARGETS
from core.export.templates import render_code, render_markdown
from core.runtime import bundle as layout
from core.runtime.bundle import BundleInfo, sha256
from core.runtime.schema import InputRefused, InputSchema

REQUEST_PATH = "golden/request.json"
ZIPPED_AT = (1980, 1, 1, 0, 0, 0)
"""Time of every file in a zip, so that the same folder always gives the same bytes."""


@dataclass(frozen=True, eq=False)
class Bundle:
    """A bundle as it was built.

    Parameters
    ----------
    folder : Path
    golden : Golden
        The rows it must answer, with the answers of the model in the app.
    files : tuple of str
        Paths within the folder, sorted.
    size_bytes : int
        Of all files.
    """

    folder: Path
    golden: Golden
    files: tuple[str, ...]
    size_bytes: int


def build_bundle(spec: BundleSpec, folder: Path) -> Bundle:
    """Write a bundle.

    Parameters
    ----------
    spec : BundleSpec
    folder : Path
        Made if missing; must be empty.

    Returns
    -------
    Bundle
        Not to be handed out before ``core.export.certificate.certify`` has said that it agrees.

    Raises
    ------
    BundleError
        The folder is not empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BundleError("The folder for the bundle is not empty.", next_step="Choose a new or an empty folder.")
    from core.runtime.persist import save_model

    rows = golden_rows(spec.training_frame, spec.input, seed=spec.seed, words=kept_words(spec.pipeline))
    golden = Golden(tuple(rows), tuple(answer_rows(spec, rows)))
    for name in ("model", "golden"):
        (folder / name).mkdir()
    _copy_runtime(folder)
    save_model(spec.pipeline, folder / layout.MODEL_PATH)
    spec.code.parts.to_csv(folder / layout.PARTS_PATH, index=False, lineterminator="\n")
    versions = pinned(needed(spec.pipeline, spec.code.read_as.get("format", "")))
    texts = {
        **_texts(spec, versions),
        layout.GOLDEN_PATH: _json(golden.to_dict()),
        REQUEST_PATH: _json({"rows": [_taken(rows, spec.input)]}),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    hashes = {name: sha256(folder / name) for name in _files(folder)}
    info = {**_info(spec, versions).to_dict(), "files": hashes}
    (folder / layout.INFO_PATH).write_text(_json(info), encoding="utf-8", newline="\n")
    files = _files(folder)
    return Bundle(folder, golden, tuple(files), sum((folder / name).stat().st_size for name in files))


def zip_bundle(folder: Path, path: Path) -> None:
    """Write a bundle as a zip; the same files always give the same bytes.

    Parameters
    ----------
    folder : Path
    path : Path
        The zip; replaced if it is there, and only once it is whole.
    """
    unfinished = path.with_name(path.name + ".part")
    with ZipFile(unfinished, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        for name in _files(folder):
            entry = ZipInfo(name, ZIPPED_AT)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            with (folder / name).open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target)
    unfinished.replace(path)


def _info(spec: BundleSpec, versions: dict[str, str]) -> BundleInfo:
    return BundleInfo(
        title=spec.title,
        task=spec.task.value,
        target=spec.target,
        input=spec.input,
        classes=spec.classes,
        positive=spec.positive,
        threshold=spec.threshold,
        rule=dict(spec.rule) if spec.rule else None,
        metric=spec.metric,
        score=spec.code.score,
        created=spec.created.isoformat(),
        python=platform.python_version(),
        libraries=versions,
        fingerprints=dict(spec.fingerprints),
        read_as=dict(spec.code.read_as),
        costs=spec.costs.model_dump(exclude={"currency"}) if spec.costs.known else {},
        quantile=spec.quantile,
    )


def _texts(spec: BundleSpec, versions: dict[str, str]) -> dict[str, str]:
    python = ".".join(platform.python_version_tuple()[:2])
    readme = {
        "project": spec.card.project,
        "title": spec.title,
        "target": spec.target,
        "fingerprint": spec.fingerprints.get("model", ""),
        "python": python,
        "is_classification": spec.task.is_classification,
        "targets": TARGETS,
        "rules": [(column.name, held(column)) for column in spec.input.columns if held(column)],
    }
    texts = {name: write(spec) for target in TARGETS for name, write in target.files.items()}
    container = {"python": python, "uses_lightgbm": "lightgbm" in versions, "files": list(texts)}
    return {
        "README.md": render_markdown("README.md.j2", readme),
        "requirements.txt": requirements_text(versions, platform.python_version()),
        "Dockerfile": render_code("Dockerfile.j2", container),
        **texts,
    }


def _taken(rows: list[dict[str, Any]], schema: InputSchema) -> dict[str, Any]:
    """Return the first row that is not refused, or the first where all are."""
    for row in rows:
        try:
            schema.check_rows([row], strict=True)
        except InputRefused:
            continue
        return row
    return rows[0]


def _copy_runtime(folder: Path) -> None:
    """Copy the code that travels, under its own name: a stored model names the modules its parts come from."""
    source = Path(layout.__file__).parent
    skipped = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    shutil.copytree(source, folder / "core" / "runtime", ignore=skipped)
    (folder / "core" / "__init__.py").write_text('"""The part of Fairway that travels with a model."""\n', "utf-8")


def _files(folder: Path) -> list[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found if "__pycache__" not in path.parts)


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False, default=_number) + "\n"


def _number(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is no JSON value")
