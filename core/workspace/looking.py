"""Looking at a join before it is made: keys, counts and the first rows, kept so that no screen holds both tables."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from core.data.join import Join, JoinKey, JoinPlan, plan_join
from core.data.join_keys import KeyProposal, codes_of, propose_keys
from core.data.store import read_parquet, write_parquet
from core.limits import INLINE_CELLS, PREVIEW_ROWS
from core.project.document import DataRef
from core.workspace.files import read_json, write_json

MATCHING_ROWS: Final = 10_000
"""Rows of the second table that are kept for the first rows of the first; of more, only as many are shown."""
_PROPOSALS: Final = TypeAdapter(tuple[KeyProposal, ...])
_PLAN: Final = TypeAdapter(JoinPlan | None)


def is_large(*tables: DataRef | None) -> bool:
    """Whether tables are joined and compared in a process of their own, for they have too many cells together."""
    return sum(one.rows * max(1, one.columns) for one in tables if one is not None) > INLINE_CELLS


@dataclass(frozen=True, eq=False)
class JoinLook:
    """What is shown of a join before it is made.

    Parameters
    ----------
    proposals : tuple of KeyProposal
    plan : JoinPlan or None
        ``None`` where no key was proposed and none was chosen.
    left : DataFrame
        The first rows of the first table.
    right : DataFrame
        Those of the second that share their keys.
    """

    proposals: tuple[KeyProposal, ...]
    plan: JoinPlan | None
    left: pd.DataFrame
    right: pd.DataFrame


def look(
    left: pd.DataFrame,
    right: pd.DataFrame,
    keys: tuple[JoinKey, ...],
    *,
    report: Callable[[float, str], None] = lambda _share, _message: None,
) -> JoinLook:
    """Propose keys, and count what a join would do.

    Parameters
    ----------
    left, right : DataFrame
    keys : tuple of JoinKey
        None takes those that are proposed first.
    report : callable
        Takes the share done and what is being done.

    Returns
    -------
    JoinLook

    Raises
    ------
    InputError
        A key names a column that is not there.
    """
    report(0.3, "Looking for keys")
    proposals = propose_keys(left, right)
    keys = keys or (proposals[0].keys if proposals else ())
    head = left.head(PREVIEW_ROWS)
    if not keys:
        return JoinLook(proposals, None, head, right.head(0))
    report(0.5, "Counting the rows that find their key")
    plan = plan_join(left, right, Join(keys=keys))
    report(0.9, "Looking up the first rows")
    here, there = codes_of(head, right, keys)
    wanted = np.flatnonzero((there >= 0) & np.isin(there, here))[:MATCHING_ROWS]
    return JoinLook(proposals, plan, head, right.iloc[wanted].reset_index(drop=True))


def keep_look(found: JoinLook, folder: Path) -> None:
    """Keep in a folder what :func:`look` found."""
    write_parquet(found.left, folder / "left.parquet")
    write_parquet(found.right, folder / "right.parquet")
    parts = {
        "proposals": _PROPOSALS.dump_python(found.proposals, mode="json"),
        "plan": _PLAN.dump_python(found.plan, mode="json"),
    }
    write_json(folder / "look.json", parts)


def kept_look(folder: Path) -> JoinLook | None:
    """Return what :func:`keep_look` kept; ``None`` where there is nothing."""
    parts = read_json(folder / "look.json")
    if parts is None:
        return None
    return JoinLook(
        _PROPOSALS.validate_python(parts["proposals"]),
        _PLAN.validate_python(parts["plan"]),
        read_parquet(folder / "left.parquet"),
        read_parquet(folder / "right.parquet"),
    )
