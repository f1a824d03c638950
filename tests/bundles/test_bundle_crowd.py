"""Fifty clients at once at the service of a bundle: each gets the answers to its own rows, and the limits hold."""

import json
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx
import pandas as pd
import pytest

from core.runtime.log import read_log
from core.runtime.predict import load_bundle
from tests.bundles.test_bundle_service import ended, rows_of, started

CLIENTS = 50
ROUNDS = 2
GROWTH_MB = 250
"""What the service may take at most above what it took before: four bodies of 10 MB, and the rows of one of them."""
LARGE = 10 * 1024 * 1024


@pytest.fixture(scope="module")
def crowded(
    binary, alone: Callable, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client, Path]]:
    log = tmp_path_factory.mktemp("crowd") / "predictions.jsonl"
    process, client = started(binary, alone, ["service.py", "--port", "PORT"], FAIRWAY_PREDICTION_LOG=str(log))
    yield process, client, log
    ended(process, client)


def peak_mb(process: subprocess.Popen[bytes]) -> float:
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no peak is told")


def test_each_of_fifty_clients_gets_the_answers_to_its_own_rows(binary, crowded) -> None:
    _, service, log = crowded
    predictor = load_bundle(binary.folder)
    rows = rows_of(pd.concat([binary.problem.X] * 2, ignore_index=True).head(8 * CLIENTS))
    # Each row is made its client's own, so that no two clients may be answered alike by chance.
    rows = [{**row, "income": round(float(row["income"]) + number / 7, 6)} for number, row in enumerate(rows)]
    sizes = [1 + client % 8 for client in range(CLIENTS)]
    own = [rows[8 * client : 8 * client + size] for client, size in enumerate(sizes)]
    expected = [[predictor.predict_rows([row], strict=True)[0] for row in mine] for mine in own]
    together = Barrier(CLIENTS)

    def ask(client: int) -> list[tuple[int, object]]:
        mine = own[client]
        found = []
        with httpx.Client(base_url=service.base_url, timeout=60) as caller:
            together.wait(30)
            for turn in range(ROUNDS):
                # In another order each time, and with the columns the other way round.
                order = mine[turn % len(mine) :] + mine[: turn % len(mine)]
                told = caller.post("/predict", json={"rows": [dict(reversed(row.items())) for row in order]})
                answers = told.json()["predictions"]
                back = len(mine) - turn % len(mine)
                found.append((told.status_code, answers[back:] + answers[:back]))
        return found

    with ThreadPoolExecutor(CLIENTS) as clients:
        told = list(clients.map(ask, range(CLIENTS)))
    assert [status for answers in told for status, _ in answers] == [200] * CLIENTS * ROUNDS
    for answers, wanted in zip(told, expected, strict=True):
        assert [rows for _, rows in answers] == [wanted] * ROUNDS
    service.get("/health")
    answered = ROUNDS * sum(sizes)
    for _ in range(200):
        state = service.get("/health").json()["log"]
        if state["written"] >= answered:
            break
    assert state == {"on": True, "written": answered, "dropped": 0}
    logged, skipped = read_log(log)
    assert (len(logged), skipped) == (answered, 0)
    assert set(logged["income"]) == {row["income"] for mine in own for row in mine}


def test_a_crowd_with_bodies_at_and_beyond_the_limit_takes_bounded_memory(binary, crowded) -> None:
    process, service, _ = crowded
    row = rows_of(binary.problem.X.head(1))[0]
    alone = service.post("/predict", json={"rows": [row]}).json()["predictions"]
    whole = json.dumps({"rows": [row]}).encode()
    many = b'{"rows":[' + b",".join([b"{}"] * 100_000) + b"]}"
    # As large as is taken: 99,999 rows, read whole before it shows that a column is missing.
    full = b'{"rows":[' + b",".join([b'{"income":%d,"note":"' % n + b"x" * 77 + b'"}' for n in range(99_999)]) + b"]}"
    assert LARGE - 200_000 < len(full) < LARGE
    bodies = {413: b"x" * (LARGE + 1), 4130: many, 422: full, 4220: b'{"rows":[{"income":"x"}]}'}
    kinds = [200, 413, 422, 4130, 200, 422, 200, 4220, 422, 200] * (CLIENTS // 10)
    before = peak_mb(process)
    together = Barrier(CLIENTS)

    def ask(kind: int) -> tuple[int, object]:
        together.wait(30)
        told = httpx.post(service.base_url.join("/predict"), content=bodies.get(kind, whole), timeout=120)
        return told.status_code, told.json().get("predictions")

    with ThreadPoolExecutor(CLIENTS) as clients:
        told = list(clients.map(ask, kinds))
    for kind, (status, answers) in zip(kinds, told, strict=True):
        assert status == (kind if kind < 1_000 else kind // 10)
        assert answers == (alone if kind == 200 else None)
    assert peak_mb(process) - before < GROWTH_MB
    assert service.get("/health").json()["status"] == "ok"
