"""The service of a bundle: ``POST /predict``, ``/health``, ``/schema`` and a page to try it out at ``/docs``."""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, RedirectResponse, Response

from core.runtime.body import LARGE_AT_ONCE, BodyError, held_body, parse_rows
from core.runtime.bundle import BundleInfo
from core.runtime.errors import RuntimeFault
from core.runtime.log import PredictionLog, log_from_environment
from core.runtime.predict import Predictor, load_bundle
from core.runtime.schema import SHOWN_PROBLEMS, InputRefused, InputSchema

STATIC = Path(__file__).parent / "static"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}


class SafeJson(Response):
    """JSON in ASCII: half a surrogate pair in a caller's text must not break the answer to it."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the body."""
        return json.dumps(content, separators=(",", ":"), allow_nan=False).encode("ascii")


def create_app(folder: str | Path, *, log: PredictionLog | None = None) -> FastAPI:
    """Make the service of a bundle.

    Parameters
    ----------
    folder : str or Path
        The unpacked bundle.
    log : PredictionLog, optional
        Where answers are logged; by default the log that ``FAIRWAY_PREDICTION_LOG`` names, or none.

    Returns
    -------
    FastAPI

    Raises
    ------
    RuntimeFault
        The bundle cannot be used.
    """
    predictor = load_bundle(folder)
    written = log or log_from_environment()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        if written:
            await run_in_threadpool(written.close)

    # FastAPI's own pages load their scripts from a public server; /docs here is one that needs no other machine.
    app = FastAPI(title=predictor.info.title or "Model", docs_url=None, redoc_url=None, lifespan=lifespan)
    _add_frame(app)
    _add_pages(app)
    _add_predict(app, predictor, written)
    _add_state(app, predictor.info, written)
    return app


def _add_predict(app: FastAPI, predictor: Predictor, log: PredictionLog | None) -> None:
    info = predictor.info
    # One request at a time, in one thread: a prediction uses all cores as it is, native code is never entered twice,
    # the rows of one request alone are unpacked, and memory that was freed is not kept once for every thread.
    turn = ThreadPoolExecutor(1, thread_name_prefix="answers")
    places = asyncio.Semaphore(LARGE_AT_ONCE)

    def answer(body: bytes) -> dict[str, Any]:
        rows = parse_rows(body)
        answers = predictor.predict_rows(rows, strict=True)
        if log:
            log.record([{name: row.get(name) for name in info.input.names} for row in rows], answers)
        return {"predictions": answers, "model": _model(info)}

    @app.post("/predict", response_class=SafeJson, openapi_extra={"requestBody": _request_body(info.input)})
    async def predict(request: Request) -> Response:
        """Answer each row with a prediction, the probability of each class, and warnings."""
        try:
            async with held_body(request, places) as body:
                return SafeJson(await asyncio.get_running_loop().run_in_executor(turn, answer, body))
        except BodyError as refused:
            return SafeJson({"detail": str(refused)}, status_code=refused.status)
        except InputRefused as refused:
            problems = [
                {"row": problem.row or None, "column": problem.column, "message": problem.message}
                for problem in refused.problems[:SHOWN_PROBLEMS]
            ]
            return SafeJson({"detail": str(refused), "problems": problems}, status_code=422)


def _add_state(app: FastAPI, info: BundleInfo, log: PredictionLog | None) -> None:
    @app.get("/health", response_class=SafeJson)
    async def health() -> Response:
        """Say that the service is ready, with which model, and whether answers are logged."""
        state: dict[str, Any] = {"on": log is not None}
        if log:
            state |= {"written": log.written, "dropped": log.dropped}
        return SafeJson({"status": "ok", "model": _model(info), "log": state})

    @app.get("/schema", response_class=SafeJson)
    async def schema() -> Response:
        """Name the columns a row needs, their types and the values seen in training."""
        return SafeJson({**info.input.to_dict(), "classes": list(info.classes), "model": _model(info)})


def _add_pages(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def root() -> Response:
        return RedirectResponse("docs")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return FileResponse(STATIC / "docs.html", media_type="text/html")

    @app.get("/docs/{name}", include_in_schema=False)
    async def asset(name: str) -> Response:
        if name not in ("docs.js", "docs.css"):
            return SafeJson({"detail": "There is nothing here. See /docs."}, status_code=404)
        return FileResponse(STATIC / name)


def _add_frame(app: FastAPI) -> None:
    @app.middleware("http")
    async def frame(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    @app.exception_handler(404)
    async def not_found(request: Request, fault: Exception) -> Response:
        return SafeJson({"detail": "There is nothing here. See /docs."}, status_code=404)

    @app.exception_handler(Exception)
    async def our_fault(request: Request, fault: Exception) -> Response:
        # The server logs the traceback; the caller gets no path and no class name.
        return SafeJson({"detail": "The service could not answer. The fault is ours, and is logged."}, status_code=500)


def _model(info: BundleInfo) -> dict[str, Any]:
    model: dict[str, Any] = {"title": info.title, "task": info.task, "target": info.target, "created": info.created}
    if info.task == "binary":
        model |= {"positive": info.positive}
        # With a rule by group there is no one line to name.
        model |= {"decided_by": "rule by group"} if info.rule else {"threshold": info.threshold}
    return {**model, "fingerprint": info.fingerprints.get("model", "")}


def _request_body(schema: InputSchema) -> dict[str, Any]:
    types = {"number": ["number", "null"], "yes_no": ["string", "boolean", "number", "null"]}
    properties: dict[str, Any] = {}
    for column in schema.columns:
        properties[column.name] = {"type": types.get(column.type, ["string", "number", "null"])}
        if column.levels:
            properties[column.name]["examples"] = list(column.levels[:5])
    required = [column.name for column in schema.columns if column.required]
    row = {"type": "object", "properties": properties, "required": required}
    whole = {
        "type": "object",
        "properties": {"rows": {"type": "array", "items": row, "minItems": 1}},
        "required": ["rows"],
    }
    return {"required": True, "content": {"application/json": {"schema": whole}}}


def serve(folder: str | Path, argv: list[str] | None = None) -> int:
    """Start the service from a command line; return the exit status.

    Parameters
    ----------
    folder : str or Path
        The unpacked bundle.
    argv : list of str, optional
        ``--host`` (default 127.0.0.1) and ``--port`` (default 8000); by default those of the process.

    Returns
    -------
    int
        0, or 2 where the bundle cannot be used.
    """
    import uvicorn

    parser = argparse.ArgumentParser(description="Serve this bundle's model.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 for all")
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args(argv)
    try:
        app = create_app(folder)
    except RuntimeFault as fault:
        parser.exit(2, f"{fault}\n")
    uvicorn.run(app, host=given.host, port=given.port)
    return 0
