"""``serve``: a bundle as a web service."""

import argparse
import errno
import socket

from core.cli.command import Answer, Command, bounded
from core.cli.output import say
from core.errors import InputError

OWN = ("127.0.0.1", "::1", "localhost")
"""Addresses that only this machine reaches."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", metavar="BUNDLE", help="folder of an unpacked bundle")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 for all")
    parser.add_argument("--port", type=bounded(int, 1, 65_535), default=8000)


def _run(given: argparse.Namespace) -> Answer:
    from core.cli.bundles import open_bundle

    open_bundle(given.bundle)
    _check_address(given.host, given.port)
    import uvicorn

    from core.runtime.service import create_app

    app = create_app(given.bundle)
    address = f"http://{f'[{given.host}]' if ':' in given.host else given.host}:{given.port}"
    if given.host not in OWN:
        say("Anyone who reaches this machine can ask this model: the service asks for no password.")
    say(f"Serving at {address}; try it at {address}/docs. Ctrl+C ends it.")
    uvicorn.run(app, host=given.host, port=given.port, log_level="warning")
    return Answer({"address": address}, ("The service has ended.",))


def _check_address(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family[0], socket.SOCK_STREAM) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(family[4])
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise InputError(f"Port {port} is taken.", next_step="Choose another with --port.") from None
        raise InputError(
            f"This machine cannot listen at {host}, port {port}.", next_step="Choose another --host or --port."
        ) from None


COMMAND = Command("serve", "Answer requests over HTTP with a bundle's model.", _arguments, _run)
