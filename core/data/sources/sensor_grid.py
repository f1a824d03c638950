"""Messages on a grid of time: one row a topic and step, with gaps that stay gaps."""

from pathlib import Path

import pandas as pd

from core.data.sources.sensor import GRID, SensorOrigin
from core.data.store import read_parquet, write_parquet
from core.limits import TABLE_CELLS, TABLE_ROWS

_UNITS = {"ms": "ms", "s": "s", "min": "min", "h": "h", "d": "D"}


def step_of(grid: str) -> pd.Timedelta:
    """Return the step of a grid such as ``"5min"``."""
    found = GRID.fullmatch(grid)
    assert found is not None  # checked before the recording began
    return pd.Timedelta(f"{found[1]}{_UNITS[found[2]]}")


def resampled(messages: pd.DataFrame, step: pd.Timedelta, aggregation: str, *, time: str) -> pd.DataFrame:
    """Bring messages to a grid.

    Parameters
    ----------
    messages : DataFrame
        With ``topic``, the column of moments, and fields.
    step : Timedelta
    aggregation : str
        Of numbers; all else keeps its last known value.
    time : str
        The column of moments.

    Returns
    -------
    DataFrame
        ``time`` (where a step begins, in UTC), ``topic``, ``messages`` in the step, then the fields. Each topic runs
        without a break from its first step to its last; a step without a message has missing values and 0 messages.
    """
    fields = [name for name in messages.columns if name not in ("topic", "received", time)]
    # By time, so that "last" is the last measured and not the last to arrive.
    ordered = messages.dropna(subset=[time]).sort_values(time, kind="stable")
    begins = ordered[time].dt.floor(step).rename("time")
    groups = ordered.groupby(["topic", begins], sort=True)
    numbers = {
        name: pd.api.types.is_numeric_dtype(ordered[name]) and not pd.api.types.is_bool_dtype(ordered[name])
        for name in fields
    }
    parts: dict[str, pd.Series] = {"messages": groups.size()}
    for name in fields:
        how = aggregation if numbers[name] else "last"
        # The sum of no values is missing, not zero.
        parts[_free(name)] = groups[name].sum(min_count=1) if how == "sum" else groups[name].agg(how)
    found = pd.DataFrame(parts)
    whole = pd.concat([_without_a_break(part, step) for _, part in found.groupby(level="topic", sort=True)])
    whole["messages"] = whole["messages"].fillna(0).astype("int64")
    return whole.reset_index()[["time", "topic", *parts]]


def _free(name: str) -> str:
    return f"{name}_2" if name in ("time", "topic", "messages") else name


def _without_a_break(part: pd.DataFrame, step: pd.Timedelta) -> pd.DataFrame:
    topic = part.index[0][0]
    moments = part.index.get_level_values("time")
    every = pd.date_range(moments[0], moments[-1], freq=step, name="time")
    return part.reindex(pd.MultiIndex.from_product([[topic], every], names=["topic", "time"]))


def on_grid(path: Path, folder: Path, origin: SensorOrigin) -> tuple[Path, list[str]]:
    """Bring a recording to the grid its origin names.

    Parameters
    ----------
    path : Path
        The recording, a row a message.
    folder : Path
    origin : SensorOrigin

    Returns
    -------
    path : Path
    warnings : list of str
        Gaps, messages without a time, and a grid that would be too long; the messages then stay as they came.
    """
    messages = read_parquet(path)
    time = origin.time_field if origin.time_field in messages.columns else "received"
    known = messages.dropna(subset=[time])
    if known.empty:
        return path, [f"No message says in `{time}` when it was measured, so the messages are not on a grid."]
    step = step_of(origin.grid)
    spans = known.groupby("topic")[time].agg(["min", "max"])
    rows = int((((spans["max"].dt.floor(step) - spans["min"].dt.floor(step)) // step) + 1).sum())
    if rows > TABLE_ROWS or rows * messages.shape[1] > TABLE_CELLS:
        first, last = spans["min"].min(), spans["max"].max()
        return path, [
            f"A grid of {origin.grid} from {first:%d %B %Y, %H:%M} to {last:%d %B %Y, %H:%M} would have {rows:,} rows, "
            "so the messages are not on a grid."
        ]
    grid = resampled(messages, step, origin.aggregation, time=time)
    target = folder / "grid.parquet"
    write_parquet(grid, target)
    warnings = []
    gaps = int((grid["messages"] == 0).sum())
    if gaps:
        warnings.append(f"{gaps:,} of {len(grid):,} steps of {origin.grid} had no message; their values are missing.")
    lost = len(messages) - len(known)
    if lost:
        warnings.append(f"{lost:,} messages without a time are in no step of the grid.")
    return target, warnings
