"""The service of a bundle, started as a user starts it, beside the model in the app."""

import json
import math
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pandas as pd
import pytest

from core.runtime.log import read_log


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def started(made, alone: Callable, words: list[str], **environ: str) -> tuple[subprocess.Popen[bytes], httpx.Client]:
    command, kept = alone(made.folder)
    port = free_port()
    words = [word.replace("PORT", str(port)) for word in words]
    process = subprocess.Popen(
        [*command, *words],
        cwd=made.folder,
        env={**kept, **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
    for _ in range(300):
        assert process.poll() is None, "the service ended"
        try:
            client.get("/health")
            return process, client
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError("the service did not start")


def ended(process: subprocess.Popen[bytes], client: httpx.Client) -> None:
    client.close()
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def service(binary, alone: Callable) -> Iterator[httpx.Client]:
    process, client = started(binary, alone, ["service.py", "--port", "PORT"])
    yield client
    ended(process, client)


def rows_of(frame: pd.DataFrame) -> list[dict]:
    return [
        {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]


def test_two_hundred_rows_are_answered_like_the_app(binary, service: httpx.Client) -> None:
    frame = binary.problem.X.head(200)
    answers = service.post("/predict", json={"rows": rows_of(frame)}).json()["predictions"]
    expected = binary.spec.pipeline.predict_proba(frame)[:, 1]
    assert len(answers) == 200
    assert max(abs(answer["probabilities"]["yes"] - p) for answer, p in zip(answers, expected, strict=True)) <= 1e-9
    assert [a["prediction"] for a in answers] == ["yes" if p >= 0.4 else "no" for p in expected]


def test_the_golden_request_is_answered_as_expected(binary, service: httpx.Client) -> None:
    request = (binary.folder / "golden/request.json").read_bytes()
    answer = service.post("/predict", content=request).json()["predictions"][0]
    assert answer["prediction"] == binary.bundle.golden.answers[0]["prediction"]


def test_regression_rows_are_answered_like_the_app(regression, alone: Callable) -> None:
    words = ["-m", "uvicorn", "service:app", "--port", "PORT", "--log-level", "warning"]
    process, client = started(regression, alone, words)
    frame = regression.problem.X.head(200)
    answers = client.post("/predict", json={"rows": rows_of(frame)}).json()["predictions"]
    ended(process, client)
    expected = regression.spec.pipeline.predict(frame)
    assert max(abs(a["prediction"] - v) for a, v in zip(answers, expected, strict=True)) <= 1e-9


def test_what_is_too_large_is_refused_and_the_service_goes_on(service: httpx.Client) -> None:
    assert service.post("/predict", content=b"x" * (10 * 1024 * 1024 + 1)).status_code == 413
    many = b'{"rows":[' + b",".join([b"{}"] * 100_000) + b"]}"
    assert service.post("/predict", content=many).status_code == 413
    assert service.post("/predict", content=(b"x" * 1024 * 1024 for _ in range(12))).status_code == 413
    assert service.get("/health").json()["status"] == "ok"


def test_an_error_shows_no_path_and_no_code(binary, service: httpx.Client) -> None:
    for content in (b"{", b'{"rows":[{}]}', b'{"rows":[{"income":"x"}]}', b'{"rows":[[' + b"[" * 5000):
        answer = service.post("/predict", content=content)
        assert answer.status_code == 422
        assert str(binary.folder) not in answer.text
        assert "Traceback" not in answer.text
        assert ".py" not in answer.text


def test_the_docs_page_is_served_with_its_parts(service: httpx.Client) -> None:
    page = service.get("/docs")
    assert page.status_code == 200
    assert service.get("/docs/docs.js").status_code == 200
    assert service.get("/docs/docs.css").status_code == 200
    assert service.get("/openapi.json").json()["paths"].keys() >= {"/predict", "/health", "/schema"}


def test_a_killed_service_leaves_a_log_that_can_be_read(binary, alone: Callable, tmp_path: Path) -> None:
    path = tmp_path / "predictions.jsonl"
    words = ["service.py", "--port", "PORT"]
    process, client = started(binary, alone, words, FAIRWAY_PREDICTION_LOG=str(path))
    rows = rows_of(binary.problem.X.head(100))
    for _ in range(5):
        client.post("/predict", json={"rows": rows})
    while client.get("/health").json()["log"]["written"] < 300:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    client.close()
    frame, skipped = read_log(path)
    assert len(frame) >= 300
    assert skipped <= 1
    assert {"income", "prediction", "probability_yes"} <= set(frame.columns)


def test_a_changed_bundle_does_not_start(binary, alone: Callable, tmp_path: Path) -> None:
    import shutil

    folder = Path(shutil.copytree(binary.folder, tmp_path / "copy"))
    info = json.loads((folder / "model/bundle.json").read_text("utf-8"))
    info["files"]["model/model.skops"] = "0" * 64
    (folder / "model/bundle.json").write_text(json.dumps(info), "utf-8")
    command, environ = alone(folder)
    done = subprocess.run(
        [*command, "service.py"], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.strip() == "model/model.skops was changed after the bundle was made. Unpack it again."
