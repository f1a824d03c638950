"""A broker, two database servers and a web server for the tests of sources."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.data.sources.source import Reach
from tests import databases
from tests.broker import Broker, started
from tests.webserver import Site
from tests.webserver import started as web_started


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    running = started(Path(tmp_path_factory.mktemp("broker")))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[databases.Server]:
    with databases.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[databases.Server]:
    with databases.mariadb() as server:
        yield server


@pytest.fixture
def reach(tmp_path: Path) -> Callable[..., Reach]:
    """Return a reach into an empty folder."""

    def make(secret: str = databases.SECRET, **given: object) -> Reach:
        folder = tmp_path / "incoming"
        folder.mkdir(exist_ok=True)
        return Reach(folder, secret=secret, **given)  # type: ignore[arg-type]

    return make


@pytest.fixture
def site() -> Iterator[Site]:
    server, made = web_started()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_reach(tmp_path: Path) -> Reach:
    folder = tmp_path / "reach"
    folder.mkdir()
    return Reach(folder, private_network=True)
