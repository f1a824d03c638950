"""Composition root: the screens, the routes beside them, the headers on every answer, and what happens at start-up.

Start it with ``streamlit run app.py``.
"""

import logging
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from core.settings import Settings  # noqa: E402  (the path has to be set first)

logger = logging.getLogger("fairway")

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    # Streamlit's own front end needs inline styles, blob workers and eval for its chart libraries; nothing may leave.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss: data: blob:; "
        "worker-src 'self' blob:; frame-ancestors 'self'; form-action 'self'; base-uri 'self'; object-src 'none'"
    ),
}


class SecurityHeaders:
    """Put the security headers on every HTTP answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to what comes back."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


async def health(_request: Request) -> JSONResponse:
    """Say that the server answers."""
    return JSONResponse({"status": "ok"})


def keep_memory_small() -> None:
    """Let tables be allocated where what is freed can go back to the system."""
    import ctypes
    from contextlib import suppress

    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())
    with suppress(OSError, AttributeError):
        # glibc keeps an arena for every thread, and each holds on to what it was given: two are enough here.
        ctypes.CDLL("libc.so.6").mallopt(-8, 2)


def warm_up() -> None:
    """Load what the second screen needs while the first is being looked at."""
    import core.charts.data
    import core.data.checks
    import core.prepare.checks
    import core.prepare.preview  # noqa: F401


@asynccontextmanager
async def start(_app: st.App) -> AsyncIterator[None]:
    """Bring the workspace up to date before the first request, and look after jobs a restart left behind."""
    import anyio

    from core.jobs.api import reconcile
    from core.workspace import Workspace

    def prepare() -> None:
        keep_memory_small()
        workspace = Workspace.open(Settings.from_environment())
        reconcile(workspace)
        address = st.get_option("server.address")
        if address not in ("localhost", "127.0.0.1", "::1"):
            logger.warning(
                "Fairway listens on %s without a login: everyone who reaches this address sees every project.",
                address or "every address of this machine",
            )

    await anyio.to_thread.run_sync(prepare)
    threading.Thread(target=warm_up, daemon=True).start()
    yield


app = st.App(
    ROOT / "pages" / "shell.py",
    lifespan=start,
    routes=[Route("/fairway/health", health)],
    middleware=[Middleware(SecurityHeaders)],
)
