"""Predictions for a whole file: ``python predict.py INPUT.csv --out OUT.csv``."""

import argparse
import sys
from pathlib import Path

import pandas as pd

from core.runtime.errors import RuntimeFault
from core.runtime.predict import load_bundle
from core.runtime.table import read_table

RISKY_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins so for a formula."""


def neutral(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if not isinstance(value, str) or not value.startswith(RISKY_STARTS):
        return value
    try:
        float(value)
    except ValueError:
        return "'" + value
    return value


def write_answers(answers: pd.DataFrame, path: Path) -> None:
    """Write predictions as CSV, rows in order, floats with all their digits."""
    answers.assign(prediction=answers["prediction"].map(neutral)).to_csv(path, index=False)


def predict_file(folder: str | Path, argv: list[str] | None = None) -> int:
    """Answer a file from a command line; return the exit status.

    Parameters
    ----------
    folder : str or Path
        The unpacked bundle.
    argv : list of str, optional
        The input, and ``--out`` for the output; by default those of the process.

    Returns
    -------
    int
        0, or 2 where the bundle or the file cannot be used.
    """
    parser = argparse.ArgumentParser(description="Write a prediction for each row of a CSV file.")
    parser.add_argument("input", type=Path, help="CSV file with the input's columns")
    parser.add_argument("--out", type=Path, default=Path("predictions.csv"), help="default: predictions.csv")
    given = parser.parse_args(argv)
    try:
        predictor = load_bundle(folder)
        notes: list[str] = []
        info = predictor.info
        rows = read_table(given.input, info.input, read_as=info.read_as, notes=notes)
        sys.stderr.writelines(f"{note}\n" for note in notes)
        answers = predictor.predict_frame(rows)
        write_answers(answers, given.out)
    except RuntimeFault as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    except OSError as fault:
        sys.stderr.write(f"{given.out.name} cannot be written: {fault.strerror}.\n")
        return 2
    sys.stdout.write(f"{len(answers):,} rows written to {given.out}\n")
    return 0
