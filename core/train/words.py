"""Durations and sizes in words."""


def duration(seconds: float) -> str:
    """Write seconds as a person would say them.

    Parameters
    ----------
    seconds : float

    Returns
    -------
    str
        "under a second", "12 s", "3 min 20 s", "2 h 5 min".
    """
    whole = max(0, round(seconds))
    if whole < 1:
        return "under a second"
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{round(whole / 60)} min"
    hours, rest = divmod(round(whole / 60), 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def blink(seconds: float) -> str:
    """Write a time too short to be waited for, such as "0.4 ms" or "12 ms"; a second and more as ``duration`` does.

    Parameters
    ----------
    seconds : float

    Returns
    -------
    str
    """
    if seconds >= 0.9995:
        return duration(seconds)
    thousandths = seconds * 1e3
    return f"{thousandths:.0f} ms" if thousandths >= 9.95 else f"{max(thousandths, 0.1):.1f} ms"


def size(n_bytes: float) -> str:
    """Write a number of bytes, such as "180 kB" or "3.1 MB".

    Parameters
    ----------
    n_bytes : float

    Returns
    -------
    str
    """
    if n_bytes < 1_000:
        return f"{n_bytes:.0f} bytes"
    for unit, scale in (("kB", 1e3), ("MB", 1e6), ("GB", 1e9)):
        amount = n_bytes / scale
        if amount < 999.5 or unit == "GB":
            return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"
    raise AssertionError
