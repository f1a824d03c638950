"""What is asked of a table, as the options of a command say it."""

import argparse

from core.cli.command import names

DEFAULT_SEED = 7


def add_question(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add the options that say what is asked of a table; ``required`` says whether the outcome must be named."""
    parser.add_argument("--target", required=required, help="column of the outcome")
    parser.add_argument(
        "--task", choices=("binary", "multiclass", "regression"), help="default: proposed by the values"
    )
    parser.add_argument("--positive", help="the outcome looked for, where there are two")
    parser.add_argument("--sensitive", type=names, default=(), metavar="A,B", help="columns that name groups of people")
    parser.add_argument(
        "--unknown", type=names, default=(), metavar="A,B", help="columns not known when the prediction is made"
    )
