"""The command line run in this process, and two small bundles it made."""

import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.cli.main import main

SCRIPT, FORMULA, ESCAPE, PICTURE = (
    "<script>alert(1)</script>",
    '=cmd|"x",y',
    "col\x1b[31m",
    "![p](http://127.0.0.1:9/p)",
)


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


def run_command(*argv: object) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main([str(argument) for argument in argv])
    return Ran(status, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Made:
    """A bundle, the table it was made from, and what ``fit`` said."""

    bundle: Path
    table: Path
    ran: Ran


@pytest.fixture(scope="session")
def run() -> Callable[..., Ran]:
    return run_command


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def hostile_table(rows: int = 160) -> pd.DataFrame:
    draws = np.random.default_rng(1)
    x = draws.normal(size=rows)
    return pd.DataFrame(
        {
            SCRIPT: x.round(3),
            FORMULA: draws.choice(["a", "b,c", 'q"t'], rows),
            ESCAPE: draws.choice(["f", "m"], rows),
            PICTURE: np.where(x + draws.normal(0, 0.7, rows) > 0, "=yes", "no"),
        }
    )


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A yes-or-no model on columns with hostile names, with costs and a sensitive column."""
    home = tmp_path_factory.mktemp("hostile")
    hostile_table().to_csv(home / "t.csv", index=False)
    ran = run_command(
        "fit", home / "t.csv", "--target", PICTURE, "--positive", "=yes", "--sensitive", ESCAPE, "--budget", 30,
        "--draws", 0, "--no-blend",
        "--models", "logistic_regression,decision_tree", "--folds", 3, "--false-positive-cost", 1,
        "--false-negative-cost", 9, "--out", home / "bundle", "--json",
    )  # fmt: skip
    return Made(home / "bundle", home / "t.csv", ran)


@pytest.fixture(scope="session")
def amounts(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A model of an amount, told as a person reads it."""
    home = tmp_path_factory.mktemp("amounts")
    draws = np.random.default_rng(2)
    area = draws.uniform(20, 200, 120).round(1)
    table = pd.DataFrame({"area": area, "town": draws.choice(["A", "B"], 120)})
    table["price"] = (area * 3 + (table["town"] == "A") * 40 + draws.normal(0, 10, 120)).round(2)
    table.to_csv(home / "homes.csv", index=False)
    ran = run_command(
        "fit", home / "homes.csv", "--target", "price", "--budget", 30,
        "--draws", 0, "--no-blend", "--models", "linear_regression", "--folds", 3,
        "--out", home / "bundle",
    )  # fmt: skip
    return Made(home / "bundle", home / "homes.csv", ran)
