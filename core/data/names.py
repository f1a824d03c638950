"""Column names: stripped, never blank, never twice."""

from collections.abc import Sequence

from core.data.notes import name_columns


def unique_names(raw: Sequence[str]) -> tuple[list[str], list[str]]:
    """Make column names usable as names.

    Parameters
    ----------
    raw : sequence of str
        Names as they stand in the file.

    Returns
    -------
    names : list of str
        As many, each non-empty text, all different. Any character may occur.
    warnings : list of str
        What was changed, in plain words.
    """
    stripped = [name.strip().strip("\ufeff") for name in raw]
    taken = {name for name in stripped if name}
    names: list[str] = []
    seen: set[str] = set()
    blank: list[str] = []
    repeated: list[str] = []
    for position, name in enumerate(stripped, start=1):
        wanted = name or f"column {position}"
        final, number = wanted, 2
        while final in seen or (final != name and final in taken):
            final, number = f"{wanted}_{number}", number + 1
        if not name:
            blank.append(final)
        elif final != name:
            repeated.append(final)
        seen.add(final)
        names.append(final)
    warnings = []
    if blank:
        warnings.append(f"{_columns(len(blank))} had no name and became {name_columns(blank)}.")
    if repeated:
        warnings.append(f"{_columns(len(repeated))} had a name that was taken and became {name_columns(repeated)}.")
    return names, warnings


def _columns(count: int) -> str:
    return f"{count:,} column" + ("" if count == 1 else "s")
