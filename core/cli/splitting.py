"""How rows are parted, as the options of a command say it."""

import argparse
from typing import Any

from core.cli.command import bounded, names
from core.prepare.plan import Scheme, SplitKind, SplitPlan


def add_split(parser: argparse.ArgumentParser) -> None:
    """Add the options of the split; --folds and --test-share are the command's own."""
    parser.add_argument(
        "--split", choices=[kind.value for kind in SplitKind], help="default: as the recipe file says, or stratified"
    )
    parser.add_argument("--split-column", default="", metavar="C", help="column of the group, the time or the part")
    parser.add_argument(
        "--gap", type=bounded(float, 0, 1e9), default=0.0, help="by time: days or units left out before what is judged"
    )
    parser.add_argument("--test-values", type=names, default=(), metavar="A,B", help="by column: values of the test")
    parser.add_argument(
        "--validation-values", type=names, default=(), metavar="A,B", help="by column: values of the validation part"
    )
    parser.add_argument("--repeats", type=bounded(int, 1, 5), help="times the folds are dealt anew; default: 1")
    parser.add_argument(
        "--validation-share", type=bounded(float, 0.05, 0.5), metavar="SHARE", help="one validation part, no folds"
    )


def plan_of(given: argparse.Namespace, default: SplitPlan) -> SplitPlan:
    """Return the plan the options ask for, on top of the one of a recipe file or the one the table suggests."""
    asked = {name: getattr(given, name) for name in ("folds", "test_share", "repeats", "seed")}
    changes: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    if given.folds is not None and not given.validation_share:
        changes["scheme"] = Scheme.FOLDS
    if given.split:
        changes |= {
            "kind": given.split,
            "column": given.split_column,
            "gap": given.gap,
            "test_values": tuple(given.test_values),
            "validation_values": tuple(given.validation_values),
        }
    if given.validation_share:
        changes |= {"scheme": Scheme.HOLDOUT, "validation_share": given.validation_share}
    return SplitPlan.model_validate(default.model_dump() | changes).trimmed()
