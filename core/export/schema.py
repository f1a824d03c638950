"""The input a model takes, told from the rows it was trained on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from core.data.dictionary import Entry
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.prepare.contract import UNSAID, ColumnContract, is_required, rule_of
from core.runtime.schema import InputColumn, InputSchema
from core.runtime.values import as_number, as_text

MAX_LEVELS = 5_000
"""A column with more different values is not held against those seen in training."""


def input_schema(
    table_frame: pd.DataFrame,
    schema: Schema,
    features: Sequence[str],
    extra: Sequence[str] = (),
    *,
    optional: Collection[str] = (),
    contract: Mapping[str, ColumnContract] | None = None,
    dictionary: Mapping[str, Entry] | None = None,
) -> InputSchema:
    """Describe the columns a caller gives, in the table's order.

    Parameters
    ----------
    table_frame : DataFrame of shape (n_rows, ...)
        The training rows. Of them only each column's values, its smallest and its largest number travel, no row.
    schema : Schema
    features : sequence of str
        Columns the model may see.
    extra : sequence of str
        Columns that only a decision rule by group reads.
    optional : collection of str
        Columns a row may lack, such as those the recipe leaves out.
    contract : mapping of str to ColumnContract, optional
        What new rows must hold, by column.
    dictionary : mapping of str to Entry, optional
        Says what a column may hold where the contract does not.

    Returns
    -------
    InputSchema
    """
    wanted = {*features, *extra}
    columns = []
    for spec in schema.columns:
        if spec.name not in wanted:
            continue
        said = (contract or {}).get(spec.name, UNSAID)
        required = is_required(said, needed=spec.name not in optional)
        column = _column(table_frame[spec.name], spec, required=required)
        columns.append(replace(column, rule=rule_of(said, spec, (dictionary or {}).get(spec.name))))
    return InputSchema(tuple(columns))


def _column(values: pd.Series, spec: ColumnSpec, *, required: bool) -> InputColumn:
    if spec.type is ColumnType.NUMBER:
        numbers = as_number(values).dropna()
        low, high = (float(numbers.min()), float(numbers.max())) if len(numbers) else (None, None)
        return InputColumn(spec.name, "number", required, low=low, high=high)
    if spec.type is ColumnType.DATE:
        return InputColumn(spec.name, "date", required, date_format=spec.date_format)
    if spec.type is ColumnType.TEXT:
        return InputColumn(spec.name, "text", required)
    kind = "yes_no" if spec.type is ColumnType.YES_NO else "category"
    levels = sorted(str(level) for level in as_text(values).dropna().unique())
    return InputColumn(spec.name, kind, required, tuple(levels) if len(levels) <= MAX_LEVELS else ())
