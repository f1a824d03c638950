"""What leaves the command line: results on the standard output, all else on the standard error."""

import json
import math
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.findings import Finding, Severity, worst_first


def printable(text: str) -> str:
    """Return text that cannot steer a terminal: signs that are not printed, such as escape codes, are spelled out.

    Parameters
    ----------
    text : str
        One line; a name in it may be a stranger's.

    Returns
    -------
    str
        Bidirectional marks and line breaks within a name are spelled out too.
    """
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text)


def say(text: str) -> None:
    """Tell the person at the terminal something that is not the result."""
    _write(sys.stderr, printable(text))


def print_lines(lines: Iterable[str]) -> None:
    """Print a result for a person."""
    for line in lines:
        _write(sys.stdout, printable(line))


def print_json(data: Mapping[str, Any]) -> None:
    """Print a result for a program: one JSON object in ASCII, with ``null`` for a number that is not finite."""
    _write(sys.stdout, json.dumps(json_value(data), indent=2, ensure_ascii=True, allow_nan=False))


def json_value(value: Any) -> Any:
    """Return a value as JSON knows it."""
    if isinstance(value, Mapping):
        return {str(name): json_value(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_value(inner) for inner in value]
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)


def table(rows: Iterable[tuple[str, ...]], head: tuple[str, ...]) -> list[str]:
    """Return rows as lines, columns lined up, under a head."""
    kept = [tuple(printable(cell) for cell in row) for row in (head, *rows)]
    widths = [max(len(row[place]) for row in kept) for place in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in kept]


def cut(text: str, length: int = 40) -> str:
    """Return a long name cut, with a sign that it was."""
    return text if len(text) <= length else text[: length - 1] + "…"


def finding_line(finding: Finding) -> str:
    """Return a finding as one line."""
    return f"{finding.severity.value.capitalize()}: {finding.title}. {finding.evidence}".replace("`", "")


def open_lines(findings: Sequence[Finding]) -> list[str]:
    """Return what is open after a run that nothing of it has stopped.

    Parameters
    ----------
    findings : sequence of Finding
        In any order.

    Returns
    -------
    list of str
        How many errors and warnings there are, and a line for each, the worst first, a leak with the option that leaves
        it out; then how many findings more are good to know. Empty where there are none.
    """
    told = [one for one in worst_first(list(findings)) if one.severity is not Severity.INFO]
    counts = [
        f"{count} {severity.value}{'' if count == 1 else 's'}"
        for severity in (Severity.ERROR, Severity.WARNING)
        if (count := sum(one.severity is severity for one in told))
    ]
    head = [f"Open, the worst first: {' and '.join(counts)}; none of them stops the command"] if told else []
    rest = len(findings) - len(told)
    tail = [f"{rest} more {'is' if rest == 1 else 'are'} good to know; --json names them"] if rest else []
    return [*head, *(f"{finding_line(one)}{_way_out(one)}" for one in told), *tail]


def _way_out(finding: Finding) -> str:
    if finding.fix is None or finding.fix.action != "not_known_then":
        return ""
    listed = ",".join(str(name).replace(",", "\\,") for name in finding.fix.params["columns"])
    return f" Leave it out: --unknown {shlex.quote(listed)}"


def _write(stream: Any, text: str) -> None:
    try:
        stream.write(text + "\n")
    except UnicodeEncodeError:
        # A terminal of another alphabet: what it cannot show is spelled out.
        known = stream.encoding or "ascii"
        stream.write(text.encode(known, "backslashreplace").decode(known) + "\n")
    stream.flush()
