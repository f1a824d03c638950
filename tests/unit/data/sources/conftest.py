"""A broker for the tests of sensors."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker import Broker, started


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    running = started(Path(tmp_path_factory.mktemp("broker")))
    yield running
    running.stop()
