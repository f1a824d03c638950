"""The certificate: golden rows answered by the unpacked bundle, in a process of its own, beside the app's answers."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.export.golden import Golden
from core.runtime.bundle import CERTIFICATE_PATH, INFO_PATH, sha256

TOLERANCE = 1e-9
"""Largest difference of a probability; of an amount, relative to its size where that is above 1."""
TOLD_ROWS = 5
"""Differing rows that a reason names."""
MARK = "certificate: "

_PROGRAM = f"""
import json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import core.runtime
assert core.runtime.__file__.startswith(sys.argv[1])
import pandas as pd
from core.runtime.errors import RuntimeFault
from core.runtime.predict import load_bundle
rows = json.load(sys.stdin)
try:
    predictor = load_bundle(sys.argv[1]).flagging()
    answers = predictor.predict_rows(rows)
    table = predictor.predict_frame(pd.DataFrame({{name: pd.Series([row.get(name) for row in rows], dtype=object)
                                                  for name in predictor.info.input.names}}))
    found = {{"answers": answers, "table": table.astype(object).to_numpy().tolist()}}
except RuntimeFault as fault:
    found = {{"fault": str(fault)}}
print({MARK!r} + json.dumps(found))
"""


@dataclass(frozen=True)
class Certificate:
    """How a bundle answered the golden rows.

    Parameters
    ----------
    rows_checked, rows_agreeing : int
    largest_difference : float
        Of a probability, or of an amount relative to its size.
    offered : bool
        Whether every row agrees, so that the bundle may be handed out.
    reasons : tuple of str
        Why not, in plain words.
    seconds : float
        Time of the check.
    """

    rows_checked: int
    rows_agreeing: int
    largest_difference: float
    offered: bool
    reasons: tuple[str, ...] = ()
    seconds: float = 0.0


def certify(
    folder: Path,
    expected: Golden,
    *,
    seal: Mapping[str, object] | None = None,
    python: str = sys.executable,
    timeout: float = 300.0,
) -> Certificate:
    """Run the golden rows through an unpacked bundle and compare; write ``certificate.json`` into it.

    The process sees the bundle and the installed libraries, and none of the app's code. Rows are answered as the
    service does and as the batch script does; both must agree.

    Parameters
    ----------
    folder : Path
        The unpacked bundle.
    expected : Golden
        Rows, and the answers of the model in the app.
    seal : mapping or None
        What the sealed test says of the model, as ``SealStatement.as_dict`` gives it; written beside the comparison.
    python : str
        The interpreter.
    timeout : float
        Seconds.

    Returns
    -------
    Certificate
    """
    began = time.perf_counter()
    checked = len(expected.rows)
    found = _answered(folder, expected.rows, python, timeout)
    if isinstance(found, str):
        failed = Certificate(checked, 0, float("inf"), False, (found,), time.perf_counter() - began)
        return _written(folder, failed, seal)
    differing: list[tuple[int, str]] = []
    largest = 0.0
    for index, (told, answer) in enumerate(zip(expected.answers, found, strict=True)):
        difference = _difference(told, answer)
        largest = max(largest, difference)
        if not difference <= TOLERANCE:
            differing.append((index + 1, f"the probabilities differ by {difference:.1e}"))
        elif told["prediction"] != answer["prediction"] and "probabilities" in told:
            differing.append((index + 1, f"“{told['prediction']}” in the app, “{answer['prediction']}” in the bundle"))
    reasons = _reasons(differing, checked)
    seconds = time.perf_counter() - began
    certificate = Certificate(checked, checked - len(differing), largest, not reasons, reasons, seconds)
    return _written(folder, certificate, seal)


def _answered(folder: Path, rows: Sequence[Mapping[str, Any]], python: str, timeout: float) -> list[Any] | str:
    """Return the bundle's answers, or why there are none."""
    command = [python, "-I", "-c", _PROGRAM, str(folder.resolve())]
    hidden = ("PYTHON", "FAIRWAY_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    try:
        process = subprocess.run(
            command,
            input=json.dumps(rows),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            cwd=folder,
            env={**environ, "OMP_WAIT_POLICY": "PASSIVE"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"The bundle did not answer the golden rows within {timeout:,.0f} seconds."
    except OSError:
        return "The bundle could not be started."
    line = next((line for line in process.stdout.splitlines() if line.startswith(MARK)), None)
    if line is None:
        return "The bundle stopped before it had answered the golden rows."
    found = json.loads(line.removeprefix(MARK))
    if "fault" in found:
        return str(found["fault"])
    if not all(_is_same(row, answer) for row, answer in zip(found["table"], found["answers"], strict=True)):
        return "Asked for a whole table, the bundle answers otherwise than row by row."
    return list(found["answers"])


def _is_same(row: Sequence[Any], answer: Mapping[str, Any]) -> bool:
    """Whether a row of the batch script's table says what the service's answer says."""
    answered = [answer["prediction"], *answer.get("probabilities", {}).values()]
    if isinstance(answered[0], str):
        labels_agree = row[0] == answered[0]
        row, answered = row[1:], answered[1:]
        return labels_agree and all(abs(one - other) <= TOLERANCE for one, other in zip(row, answered, strict=True))
    return _difference(answer, {"prediction": row[0]}) <= TOLERANCE


def _difference(told: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    if "probabilities" in told:
        shares = answer.get("probabilities", {})
        if shares.keys() != told["probabilities"].keys():
            return float("inf")
        return float(max(abs(shares[name] - share) for name, share in told["probabilities"].items()))
    value = answer["prediction"]
    if not isinstance(value, (int, float)):
        return float("inf")
    return float(abs(value - told["prediction"]) / max(1.0, abs(told["prediction"])))


def _reasons(differing: Sequence[tuple[int, str]], checked: int) -> tuple[str, ...]:
    if not differing:
        return ()
    named = [f"Golden row {row}: {what}." for row, what in differing[:TOLD_ROWS]]
    return (f"{len(differing):,} of {checked:,} golden rows differ.", *named)


def _written(folder: Path, certificate: Certificate, seal: Mapping[str, object] | None) -> Certificate:
    """Put the certificate into the bundle, beside the hash of what it speaks of."""
    info = folder / INFO_PATH
    value = {**asdict(certificate), "tolerance": TOLERANCE, "bundle_sha256": sha256(info) if info.is_file() else None}
    if seal is not None:
        value["sealed_test"] = dict(seal)
    if certificate.largest_difference == float("inf"):
        value["largest_difference"] = None
    text = json.dumps(value, indent=1, ensure_ascii=False)
    (folder / CERTIFICATE_PATH).write_text(text + "\n", encoding="utf-8", newline="\n")
    return certificate
