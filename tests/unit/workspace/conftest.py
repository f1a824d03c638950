from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from core.settings import Settings
from core.workspace import Workspace

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"FAIRWAY_HOME": str(tmp_path / "home"), "FAIRWAY_WORKER_THREADS": "1"})


@pytest.fixture
def workspace(settings: Settings):
    opened = Workspace.open(settings)
    yield opened
    opened.database.close()


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame({"age": [31.0, None, 58.0], "city": pd.Series(["Łódź", None, "<b>"], dtype="str")})
