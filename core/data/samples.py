"""The guided samples: real tables with a lesson in each, and a frame that is ready."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from core.data.store import read_parquet
from core.data.table import Table
from core.errors import NotFoundError
from core.framing.frame import Frame, Task

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "samples"


@dataclass(frozen=True)
class Sample:
    """A table that comes with Fairway.

    Parameters
    ----------
    key : str
        Stable name; also the file's.
    title, subtitle, kind, lesson : str
        As Home shows them.
    task : Task
    rows, columns : int
        Size of the table.
    minutes : int
        How long a first walk through it takes.
    source, licence : str
        Where the facts come from, and on what terms.
    description : tuple of str
        What it is, a sentence or two each; column names between backticks.
    frame : Frame
        Ready to be worked with.
    file : Path
    """

    key: str
    title: str
    subtitle: str
    kind: str
    task: Task
    rows: int
    columns: int
    lesson: str
    minutes: int
    source: str
    licence: str
    description: tuple[str, ...]
    frame: Frame
    file: Path


def _read_samples() -> dict[str, Sample]:
    entries: dict[str, dict[str, Any]] = yaml.load(
        (FOLDER / "samples.yaml").read_text(encoding="utf-8"),
        Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader),
    )
    return {key: _sample(key, entry) for key, entry in entries.items()}


def _sample(key: str, entry: dict[str, Any]) -> Sample:
    frame = Frame.model_validate(entry["frame"])
    assert frame.task is not None
    texts = {name: entry[name] for name in ("title", "subtitle", "kind", "lesson", "minutes", "source", "licence")}
    return Sample(
        key=key,
        task=frame.task,
        rows=entry["rows"],
        columns=entry["columns"],
        description=tuple(entry["description"]),
        frame=frame,
        file=FOLDER / f"{key}.parquet",
        **texts,
    )


SAMPLES: dict[str, Sample] = _read_samples()
"""All samples, in the order in which Home shows them; written down in ``assets/samples/samples.yaml``."""


def load_sample(key: str) -> Table:
    """Load a sample's table.

    Parameters
    ----------
    key : str
        One of ``SAMPLES``.

    Returns
    -------
    Table

    Raises
    ------
    NotFoundError
        If there is no such sample.
    """
    sample = SAMPLES.get(key)
    if sample is None:
        raise NotFoundError(f"There is no sample called “{key}”.", next_step=f"There are: {', '.join(SAMPLES)}.")
    return Table(read_parquet(sample.file), [], {"format": "sample"})
