import asyncio
import json
import re
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from core import limits
from core.runtime import body
from core.runtime.log import PredictionLog, read_log
from core.runtime.predict import load_bundle
from core.runtime.service import STATIC, create_app

ROW = {"age": 44, "region": "North"}


class Client:
    """Calls an app in this process."""

    def __init__(self, app: FastAPI) -> None:
        self._transport = ASGITransport(app, raise_app_exceptions=False)

    def call(self, method: str, path: str, content: object = None) -> Response:
        async def send() -> Response:
            async with AsyncClient(transport=self._transport, base_url="http://service") as client:
                return await client.request(method, path, content=content)

        return asyncio.run(send())

    def get(self, path: str) -> Response:
        return self.call("GET", path)

    def post(self, path: str, content: object) -> Response:
        return self.call("POST", path, content)


@pytest.fixture(scope="module")
def client(binary_folder: Path) -> Client:
    return Client(create_app(binary_folder))


def ask(client: Client, *rows: object) -> tuple[int, dict]:
    response = client.post("/predict", content=json.dumps({"rows": list(rows)}))
    return response.status_code, response.json()


def test_the_limits_are_those_of_the_app() -> None:
    assert body.MAX_BODY_BYTES == limits.SERVICE_BODY_BYTES
    assert body.MAX_ROWS == limits.SERVICE_ROWS


def test_an_answer_holds_prediction_probabilities_warnings_and_model(client: Client, binary_folder: Path) -> None:
    status, answer = ask(client, ROW)
    assert status == 200
    assert answer["predictions"] == load_bundle(binary_folder).predict_rows([ROW])
    assert answer["model"]["fingerprint"] == "abc"


def test_regression_answers_without_probabilities(regression_folder: Path) -> None:
    client = Client(create_app(regression_folder))
    _, answer = ask(client, ROW)
    assert set(answer["predictions"][0]) == {"prediction", "warnings"}


def test_a_missing_column_is_refused_by_name(client: Client) -> None:
    status, answer = ask(client, {"age": 3})
    assert (status, answer["problems"][0]["column"]) == (422, "region")
    assert "`region`" in answer["detail"]


def test_an_extra_column_and_an_unknown_category_are_answered_with_warnings(client: Client) -> None:
    status, answer = ask(client, {**ROW, "region": "Mars", "shoe": 1})
    assert status == 200
    assert len(answer["predictions"][0]["warnings"]) == 2


@pytest.mark.parametrize("value", [None, "41", True, 7, 7.5, -1e300])
def test_what_can_be_read_is_answered(client: Client, value: object) -> None:
    assert ask(client, {**ROW, "age": value})[0] == 200


@pytest.mark.parametrize("value", ["abc", [1], {"a": {"b": 1}}, 10**400, "\x00", "1" * 5000])
def test_what_cannot_be_read_is_refused(client: Client, value: object) -> None:
    assert ask(client, {**ROW, "age": value})[0] == 422


@pytest.mark.parametrize(("token", "status"), [("NaN", 200), ("Infinity", 422), ("-Infinity", 422), ("1e999", 422)])
def test_numbers_json_does_not_have(client: Client, token: str, status: int) -> None:
    text = '{"rows": [{"age": ' + token + ', "region": "North"}]}'
    assert client.post("/predict", content=text).status_code == status


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"rows": 3}',
        b'{"rows": []}',
        b'{"rows": [1]}',
        b'{"rows": [[]]}',
        b'{"rows":',
        b"\xff\xfe\x00",
        b'{"rows": [{"age": ' + b"1" * 5000 + b"}]}",
        b'{"a":' * 50_000,
        b"[" * 50_000,
    ],
)
def test_what_is_no_request_is_refused(client: Client, text: bytes) -> None:
    response = client.post("/predict", content=text)
    assert response.status_code == 422
    assert response.json()["detail"]


def test_half_a_surrogate_pair_comes_back_as_json(client: Client) -> None:
    text = '{"rows": [{"age": 3, "region": "\\ud800", "\\udfff": 1}]}'
    response = client.post("/predict", content=text)
    assert response.status_code == 200
    assert len(response.json()["predictions"][0]["warnings"]) == 3


def test_a_body_above_the_limit_is_refused_before_it_is_read(client: Client) -> None:
    response = client.post("/predict", content=b"x" * (limits.SERVICE_BODY_BYTES + 1))
    assert response.status_code == 413


def test_a_body_of_unknown_length_is_counted(client: Client) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 1024 * 1024

    response = client.post("/predict", content=parts())
    assert response.status_code == 413


def test_too_many_rows_are_refused_before_they_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body.json, "loads", lambda _: pytest.fail("parsed"))
    with pytest.raises(body.BodyError) as refused:
        body.parse_rows(b'{"rows":[' + b",".join([b"{}"] * 100_000) + b"]}")
    assert refused.value.status == 413


def test_as_many_rows_as_allowed_are_parsed() -> None:
    assert len(body.parse_rows(b'{"rows":[' + b",".join([b"{}"] * 99_999) + b"]}")) == 99_999


def test_brackets_within_texts_are_no_rows() -> None:
    text = '{"rows":[{"a":"' + "{[" * 100_000 + '\\"{"}]}'
    assert len(body.parse_rows(text.encode())) == 1


def test_fifty_clients_at_once_get_the_answers_of_one(client: Client) -> None:
    rows = [{"age": 20 + index, "region": "North" if index % 2 else "South"} for index in range(50)]
    alone = [ask(client, row)[1]["predictions"] for row in rows]
    with ThreadPoolExecutor(50) as clients:
        together = list(clients.map(lambda row: ask(client, row)[1]["predictions"], rows))
    assert together == alone


def test_health_and_schema_answer(client: Client) -> None:
    assert client.get("/health").json()["status"] == "ok"
    assert [column["name"] for column in client.get("/schema").json()["columns"]] == ["age", "region"]


def test_the_description_for_machines_names_the_columns(client: Client) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/predict"]["post"]
    rows = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]["rows"]
    assert rows["items"]["required"] == ["age", "region"]


def test_the_docs_page_asks_no_other_machine(client: Client) -> None:
    page = client.get("/docs")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.search(r"""(?:src|href|url\(|import)\s*[=(]?\s*["']?(?:https?:)?//""", page.text)
    for name in ("docs.js", "docs.css"):
        assert client.get(f"/docs/{name}").status_code == 200
        assert "//" not in re.sub(r"(?m)^\s*//.*$", "", (STATIC / name).read_text("utf-8"))


def test_names_reach_the_docs_page_as_text_only() -> None:
    script = (STATIC / "docs.js").read_text("utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", script)


@pytest.mark.parametrize("path", ["/nothing", "/docs/../service.py", "/docs/%2e%2e%2fservice.py", "/docs/bundle.json"])
def test_nothing_else_is_served(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_fault_of_ours_shows_no_path(binary_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(2, "No such file", "/srv/secret/model")

    monkeypatch.setattr("core.runtime.predict.Predictor.predict_rows", fail)
    client = Client(create_app(binary_folder))
    response = client.post("/predict", content=json.dumps({"rows": [ROW]}))
    assert response.status_code == 500
    assert "/srv" not in response.text
    assert "OSError" not in response.text


def test_answers_are_logged_with_the_inputs_columns_only(binary_folder: Path, tmp_path: Path) -> None:
    log = PredictionLog(tmp_path / "log.jsonl")
    ask(Client(create_app(binary_folder, log=log)), {**ROW, "shoe": 44}, ROW)
    log.close()
    frame, skipped = read_log(tmp_path / "log.jsonl")
    assert (len(frame), skipped) == (2, 0)
    assert "shoe" not in frame.columns


def test_nothing_is_logged_unless_asked_for(binary_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAIRWAY_PREDICTION_LOG", raising=False)
    client = Client(create_app(binary_folder))
    assert client.get("/health").json()["log"] == {"on": False}


def test_a_large_request_waits_for_a_place_and_is_given_up_in_words(
    binary_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "LARGE_BODY_BYTES", 20)
    monkeypatch.setattr(body, "WAIT_SECONDS", 0.2)
    app = create_app(binary_folder)
    content = json.dumps({"rows": [ROW]}).encode()

    async def slowly() -> AsyncIterator[bytes]:
        yield content[:10]
        await asyncio.sleep(1.0)
        yield content[10:]

    async def crowd() -> list[Response]:
        async with AsyncClient(transport=ASGITransport(app), base_url="http://service") as client:
            slow = [asyncio.create_task(client.post("/predict", content=slowly())) for _ in range(body.LARGE_AT_ONCE)]
            await asyncio.sleep(0.3)
            waiting = await client.post("/predict", content=content)
            small = await client.post("/predict", content=b"{}")
            return [waiting, small, *await asyncio.gather(*slow), await client.post("/predict", content=content)]

    waiting, small, *rest = asyncio.run(crowd())
    assert waiting.status_code == 503
    assert waiting.json() == {"detail": "The service is busy with other large requests. Send fewer rows at a time."}
    assert small.status_code == 422
    assert [answer.status_code for answer in rest] == [200] * (body.LARGE_AT_ONCE + 1)
