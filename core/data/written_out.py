"""How large an Arrow column becomes once it is written out: codes, runs and views repeat a value without its weight."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.errors import LimitError
from core.limits import RECORD_CELLS

CODE_BYTES: Final = 8
"""What one value of a fixed width takes at most, near enough."""


def written_out(values: pa.ChunkedArray) -> int:
    """Return about how many bytes a column takes in plain texts and numbers.

    Parameters
    ----------
    values : ChunkedArray

    Returns
    -------
    int

    Raises
    ------
    LimitError
        If its lists hold more values than the limit.
    """
    return sum(_size(chunk) for chunk in values.chunks)


def _size(values: pa.Array) -> int:
    types, kind = pa.types, values.type
    if isinstance(kind, pa.BaseExtensionType):
        return _size(values.storage)
    if types.is_run_end_encoded(kind):
        ends = values.run_ends.to_numpy(zero_copy_only=False).astype("int64")
        lengths = np.minimum(np.diff(ends, prepend=0), len(values))
        return _weighed(values.values, lengths.clip(min=0))
    if types.is_dictionary(kind):
        codes = values.indices.drop_null().to_numpy(zero_copy_only=False)
        return _weighed(values.dictionary, np.bincount(codes, minlength=len(values.dictionary)))
    if _has_lists(kind):
        held = int(pc.sum(pc.list_value_length(values)).as_py() or 0)
        refuse_many(held)
        # Lists may overlap, so that what they hold is more than what lies there.
        return held * CODE_BYTES + _size(values.flatten())
    if types.is_map(kind):
        refuse_many(len(values.items))
        return _size(values.keys) + _size(values.items)
    if types.is_struct(kind):
        return sum(_size(part) for part in values.flatten())
    if types.is_union(kind):
        return sum(_size(values.field(number)) for number in range(kind.num_fields))
    return int(_widths(values).sum(dtype="int64"))


def _weighed(values: pa.Array, times: np.ndarray) -> int:
    """Return what values take where each stands so many times."""
    if pa.types.is_nested(values.type) or pa.types.is_dictionary(values.type):
        return _size(values) * int(times.max(initial=0))
    widths = _widths(values)
    # As decimals: the product may be larger than a whole number can be.
    return int(np.dot(widths.astype("float64"), times[: len(widths)].astype("float64")))


def _widths(values: pa.Array) -> np.ndarray:
    kind = values.type
    types = pa.types
    if types.is_string_view(kind) or types.is_binary_view(kind):
        return _view_widths(values)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_binary(kind) or types.is_large_binary(kind):
        return np.asarray(pc.fill_null(pc.binary_length(values), 0).to_numpy(zero_copy_only=False))
    return np.full(len(values), CODE_BYTES)


def _view_widths(values: pa.Array) -> np.ndarray:
    """Return the lengths of texts kept as views: the first four of the sixteen bytes of each."""
    held = values.buffers()[1]
    if held is None:
        return np.zeros(len(values), dtype="int64")
    lengths = np.frombuffer(held, dtype="<i4")[::4][values.offset : values.offset + len(values)]
    return np.where(values.is_valid().to_numpy(zero_copy_only=False), lengths, 0)


def _has_lists(kind: pa.DataType) -> bool:
    types = pa.types
    views = types.is_list_view(kind) or types.is_large_list_view(kind)
    return bool(views or types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def refuse_many(held: int) -> None:
    """Refuse lists that hold more values than the limit."""
    if held > RECORD_CELLS:
        raise LimitError(
            f"The lists of one column hold {held:,} values; Fairway takes at most {RECORD_CELLS:,}.",
            next_step="Write one value a row, or leave that column out.",
        )
