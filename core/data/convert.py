"""Columns of text become numbers, true/false or text, by rules that never change a value in silence."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.data.notes import Notes
from core.data.numbers import (
    COMMA,
    LARGEST_EXACT,
    PLAIN,
    POINT,
    Style,
    chosen_styles,
    first_match,
    first_rounded,
    fitting_styles,
    is_grouped_by_points,
    may_be_numbers,
    show,
    take_off_affix,
    to_plain,
    unify_signs,
    uses_groups,
)
from core.data.options import ReadOptions
from core.errors import DataError
from core.runtime.table import MISSING

ALWAYS_MISSING = MISSING
"""Texts that are missing values in every column: what programs write, and no person."""
NA_WORDS = ("NA", "N/A", "n/a")
"""Missing in a column of numbers; in one of text missing unless kept, and either way announced."""
NONE_WORD = "None"
"""Missing in a column of numbers; in one of text a level ("no alley") more often than not, so kept and announced."""

_NA = pa.array(NA_WORDS, pa.large_string())
_WORDS = pa.array([*NA_WORDS, NONE_WORD], pa.large_string())
_LEADING_ZERO = r"^[+-]?0\d"
_CODE_WITH_E = r"^\d+E\d+$"
"""What programs write as 1E+05 or 1.0E5 and people as 1e5: a bare 1E5 is a code."""
_POWER = r"[eE]"
_LONG_WHOLE = r"^[+-]?\d{16,}(\.0*)?$"


@dataclass(frozen=True)
class _Column:
    """A text column on its way: stripped values, and how its numbers are written if they are numbers.

    ``styles`` is empty for text; two styles mean that the column alone does not tell.
    """

    name: str
    text: pa.Array
    known: pa.Array
    bare: pa.Array
    styles: tuple[Style, ...] = ()
    affix: str = ""


def convert_columns(
    frame: pd.DataFrame, options: ReadOptions, notes: Notes, *, comma_likely: bool = False
) -> pd.DataFrame:
    """Turn columns of text into numbers, true/false or text.

    Parameters
    ----------
    frame : DataFrame
        Every column of pandas' ``str`` dtype, nothing converted; columns of another dtype pass through.
    options : ReadOptions
    notes : Notes
        Takes up what was decided.
    comma_likely : bool
        Whether a decimal comma is the likelier reading where no column of the file decides.

    Returns
    -------
    DataFrame
        Trailing rows without any value are gone; numbers are ``int64`` or ``float64``, flags ``bool``, the rest
        ``str``.

    Raises
    ------
    DataError
        If no cell of the table holds a value.
    """
    index, names = frame.index, [str(name) for name in frame.columns]
    given = {name: frame.iloc[:, position] for position, name in enumerate(names)}
    # Each column is let go once it is converted, so that text and numbers do not stand side by side.
    del frame
    ready = dict(convert_each(names, given.pop, options, notes, comma_likely=comma_likely))
    return drop_empty_tail(pd.DataFrame({name: ready.pop(name) for name in names}, index=index), notes)


def convert_each(
    names: Sequence[str],
    load: Callable[[str], pd.Series],
    options: ReadOptions,
    notes: Notes,
    *,
    comma_likely: bool = False,
    loads_again: bool = False,
) -> Iterator[tuple[str, pd.Series]]:
    """Convert columns one after the other, so that not all need to be in memory.

    Parameters
    ----------
    names : sequence of str
    load : callable
        Gives a column by its name; see :func:`convert_columns`.
    options, notes, comma_likely
        As there.
    loads_again : bool
        Whether ``load`` may be asked for a column twice: those that only the rest of the file decides are then let go
        in between.

    Yields
    ------
    (str, Series)
        The undecided columns last.
    """
    waiting: dict[str, _Column | None] = {}
    signs: set[str] = set()
    sure_comma = False
    for name in names:
        series = load(name)
        if not isinstance(series.dtype, pd.StringDtype):
            yield name, series
            continue
        column = _inspect(name, series, options)
        del series
        if _needs_the_file(column):
            waiting[name] = None if loads_again else column
            continue
        if len(column.styles) == 1 and column.styles[0] != PLAIN:
            signs.add(column.styles[0].decimal)
            sure_comma |= column.styles[0] == COMMA
        yield name, _convert(_settle(column, options, notes, (False, False)), options, notes)
    comma = _comma_is_decimal(signs, sure_comma, options, likely=comma_likely)
    for name, kept in waiting.items():
        column = kept or _inspect(name, load(name), options)
        yield name, _convert(_settle(column, options, notes, comma), options, notes)


def drop_empty_tail(frame: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Leave out the rows after the last one that holds a value, and say how many.

    Parameters
    ----------
    frame : DataFrame
    notes : Notes

    Returns
    -------
    DataFrame

    Raises
    ------
    DataError
        If no cell holds a value.
    """
    last = max((last_known(frame.iloc[:, position]) for position in range(frame.shape[1])), default=-1)
    if last < 0:
        raise DataError(
            "There are no usable rows: every cell is empty or says that the value is missing.",
            next_step="Check that the right file or sheet was chosen.",
        )
    empty = len(frame) - last - 1
    if empty:
        notes.say(
            f"{empty:,} empty row{'s' if empty > 1 else ''} at the end {'were' if empty > 1 else 'was'} left out."
        )
        return frame.iloc[: last + 1].copy()
    return frame


def last_known(column: pd.Series) -> int:
    """Return the position of a column's last value, -1 where it has none."""
    if len(column) and pd.notna(column.iloc[-1]):
        return len(column) - 1
    known = np.flatnonzero(column.notna().to_numpy())
    return int(known[-1]) if len(known) else -1


def _inspect(name: str, column: pd.Series, options: ReadOptions) -> _Column:
    text = pc.utf8_trim_whitespace(_arrow(column))
    always = pc.is_in(text, value_set=pa.array([*ALWAYS_MISSING, *options.missing], pa.large_string()))
    text = pc.if_else(always, None, text) if pc.any(always).as_py() else text
    words = pc.is_in(text, value_set=_WORDS)
    known = pc.if_else(words, None, text) if pc.any(words).as_py() else text
    found = _Column(name, text, known, known)
    if known.null_count == len(known):
        return found
    forced = options.decimal == "," or options.thousands is not None
    if _casts(known) and not (forced and pc.any(pc.match_substring(known, ".")).as_py()):
        return replace(found, styles=(PLAIN,))
    if not may_be_numbers(known):
        return found
    bare, affix = take_off_affix(unify_signs(known))
    bare = pc.utf8_trim_whitespace(bare)
    found = replace(found, bare=bare, affix=affix)
    if not forced and _casts(bare):
        return replace(found, styles=(PLAIN,))
    styles = fitting_styles(bare, chosen_styles(options.decimal, options.thousands))
    if {POINT, COMMA} <= set(styles):
        return replace(found, styles=(POINT, COMMA))
    return replace(found, styles=tuple(styles[:1]))


def _needs_the_file(column: _Column) -> bool:
    """Whether only the other columns tell how this one's numbers are written."""
    return len(column.styles) == 2 or (column.styles == (PLAIN,) and is_grouped_by_points(column.bare))


def _comma_is_decimal(signs: set[str], sure_comma: bool, options: ReadOptions, *, likely: bool) -> tuple[bool, bool]:
    """Return whether a comma is the decimal sign of this file, and whether a column (or the user) proves it."""
    if options.decimal:
        return options.decimal == ",", True
    if signs == {","}:
        return True, sure_comma
    return (False, True) if "." in signs else (likely, False)


def _settle(column: _Column, options: ReadOptions, notes: Notes, comma: tuple[bool, bool]) -> _Column:
    """Decide between two styles by the rest of the file, and note what was decided."""
    is_comma, proven = comma
    styles, name = column.styles, column.name
    if not styles:
        mixed = _mixed_example(column)
        if mixed:
            notes.note("mixed_numbers", name, mixed)
        return column
    style = styles[0]
    if len(styles) == 2:
        style = COMMA if is_comma else POINT
        if not proven:
            notes.note("ambiguous", name, show(column.bare, style))
            return replace(column, styles=(style,))
    if style == PLAIN and is_comma and options.decimal is None and is_grouped_by_points(column.bare):
        if proven:
            style = COMMA
        else:
            notes.note("three_decimals", name, show(column.bare, COMMA))
    if column.affix:
        notes.note("affix", name, column.affix)
    if uses_groups(column.bare, style):
        notes.note("thousands", name, show(column.bare, style))
    elif style.decimal == "," and pc.any(pc.match_substring(column.bare, ",")).as_py():
        notes.note("decimal_comma", name, show(column.bare, style))
    return replace(column, styles=(style,))


def _mixed_example(column: _Column) -> str | None:
    """Return two values that look like numbers and disagree on their signs, where most values look like numbers."""
    if column.bare is column.known:
        return None
    grouped = r"^[+-]?\d[\d.,]*[.,]\d+$"
    looks = pc.match_substring_regex(column.bare, pattern=grouped)
    both = first_match(column.bare, r"^[+-]?[\d.]+,\d+$"), first_match(column.bare, r"^[+-]?[\d,]+\.\d+$")
    if None in both or (pc.sum(looks).as_py() or 0) < 0.5 * (len(column.bare) - column.bare.null_count):
        return None
    return f"{both[0]} and {both[1]}"


def _convert(column: _Column, options: ReadOptions, notes: Notes) -> pd.Series:
    if column.known.null_count == len(column.known):
        words = _words(column, options, notes)
        return words if words.notna().any() else pd.Series(np.full(len(words), np.nan), dtype="float64")
    if column.styles:
        return _numbers(column, notes)
    flags = _flags(column.known)
    if flags is not None:
        return flags
    return _words(column, options, notes)


def _with_power(values: pa.Array) -> pa.Array:
    return pc.filter(values, pc.fill_null(pc.match_substring_regex(values, pattern=_POWER), False))


def _numbers(column: _Column, notes: Notes) -> pd.Series:
    style = column.styles[0]
    plain = to_plain(column.bare, style)
    zero = pc.any(pc.starts_with(plain, "0")).as_py() or pc.any(pc.match_substring_regex(plain, r"^[+-]0")).as_py()
    leading = first_match(plain, _LEADING_ZERO) if zero else None
    if leading:
        notes.note("leading_zero", column.name, leading)
        return as_str(column.known)
    code = first_match(plain, _CODE_WITH_E)
    if code and pc.all(pc.match_substring_regex(_with_power(plain), pattern=_CODE_WITH_E)).as_py():
        notes.note("code_with_e", column.name, code)
        return as_str(column.known)
    _note_signs(column, style, notes)
    whole = _cast(plain, pa.int64())
    if whole is None:
        long = pc.max(pc.utf8_length(plain)).as_py() > 15
        huge = _first_inexact(plain) if long else None
        if huge:
            notes.note("big_integer", column.name, huge)
            return as_str(column.known)
        if long and first_rounded(plain):
            notes.note("narrowed", column.name)
        return _finite(column, _cast(plain, pa.float64()), notes)
    if max(abs(limit or 0) for limit in pc.min_max(whole).as_py().values()) > LARGEST_EXACT:
        notes.note("big_integer", column.name, first_match(plain, r"\d{16,}") or "")
        return as_str(column.known)
    if whole.null_count:
        return pd.Series(pc.cast(whole, pa.float64()).to_numpy(zero_copy_only=False))
    return pd.Series(whole.to_numpy(zero_copy_only=False))


def _note_signs(column: _Column, style: Style, notes: Notes) -> None:
    """Keep which signs the numbers showed: a group by points or commas shows the decimal sign as well."""
    group = style.thousands if uses_groups(column.bare, style) else ""
    if group in (",", ".") or pc.any(pc.match_substring(column.bare, style.decimal)).as_py():
        notes.signs[column.name] = (group, style.decimal)


def _first_inexact(plain: pa.Array) -> str | None:
    """Return the first whole number that a float cannot tell from its neighbours."""
    long = pc.filter(plain, pc.match_substring_regex(plain, pattern=_LONG_WHOLE))
    wholes = (str(text) for text in long.drop_null().to_pylist())
    return next((text for text in wholes if abs(int(text.partition(".")[0])) > LARGEST_EXACT), None)


def _finite(column: _Column, numbers: pa.Array, notes: Notes) -> pd.Series:
    values = np.array(numbers.to_numpy(zero_copy_only=False), dtype="float64")
    infinite = np.isinf(values)
    if infinite.any():
        count = int(infinite.sum())
        notes.note("infinite", column.name, f"{count:,} cell" + ("s" if count > 1 else ""))
        values[infinite] = np.nan
    return pd.Series(values)


def _flags(values: pa.Array) -> pd.Series | None:
    """Read a column of true and false; with missing cells it stays text, spelt ``True`` and ``False``."""
    lower = pc.utf8_lower(values)
    allowed = pa.array(["true", "false"], pa.large_string())
    for part in (lower[:1000], lower):
        if not pc.all(pc.or_(pc.is_in(part, value_set=allowed), pc.is_null(part)), min_count=0).as_py():
            return None
    true = pc.equal(lower, "true")
    if true.null_count == 0:
        return pd.Series(true.to_numpy(zero_copy_only=False))
    return as_str(pc.if_else(true, "True", "False"))


def _words(column: _Column, options: ReadOptions, notes: Notes) -> pd.Series:
    text = column.text
    if column.known is column.text:
        return as_str(text)
    if pc.any(pc.equal(text, NONE_WORD)).as_py():
        notes.note("na_kept", column.name, f"“{NONE_WORD}”")
    says_na = pc.is_in(text, value_set=_NA)
    if not pc.any(says_na).as_py():
        return as_str(text)
    word = pc.filter(text, says_na)[0].as_py()
    if options.keep_na_text or _two_letter_codes(column.known):
        notes.note("na_kept", column.name, f"“{word}”")
        return as_str(text)
    notes.note("na_missing", column.name, f"“{word}”")
    return as_str(pc.if_else(says_na, None, text))


def _two_letter_codes(known: pa.Array) -> bool:
    """Whether all other values are codes of two capitals, such as countries, of which NA is one."""
    others = known.drop_null()
    if not len(others) or not pc.all(pc.match_substring_regex(others, pattern="^[A-Z]{2}$")).as_py():
        return False
    return bool(pc.count_distinct(others).as_py() >= 5)


def _arrow(column: pd.Series) -> pa.Array:
    values = pa.array(column, from_pandas=True)
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return whole.cast(pa.large_string())


def as_str(values: pa.Array) -> pd.Series:
    """Return an Arrow array of text as a Series of pandas' ``str`` dtype."""
    return pd.Series(values.cast(pa.large_string()).to_pandas(), dtype="str")


def _cast(values: pa.Array, to: pa.DataType) -> pa.Array | None:
    try:
        return pc.cast(values, to)
    except pa.ArrowInvalid:
        return None


def _casts(values: pa.Array) -> bool:
    return _cast(values, pa.float64()) is not None
