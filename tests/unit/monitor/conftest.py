"""A training table, a model that answers it by a rule, and later tables."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task
from core.framing.outcomes import Outcomes
from core.monitor.watch import watch
from core.runtime.values import as_number

CLASSES = ("no", "yes")


def rows(count: int, seed: int, *, shift: float = 0.0, flip: float = 0.1) -> pd.DataFrame:
    """Rows whose outcome is yes where the income is high, but for a share that is the other way round."""
    draws = np.random.default_rng(seed)
    income = draws.normal(shift, 1, count)
    yes = (income > 0) ^ (draws.random(count) < flip)
    region = draws.choice(["North", "South"], count)
    return pd.DataFrame({"income": income, "region": region, "bought": np.where(yes, "yes", "no")})


def answer(frame: pd.DataFrame) -> pd.DataFrame:
    """The model: the more income, the likelier."""
    chance = 1 / (1 + np.exp(-2 * as_number(frame["income"]).fillna(0.0)))
    return pd.DataFrame(
        {
            "prediction": np.where(chance >= 0.5, "yes", "no"),
            "probability_no": 1 - chance,
            "probability_yes": chance,
        },
        index=frame.index,
    )


@dataclass(frozen=True)
class World:
    """All that a watch is given, apart from the later rows."""

    training: pd.DataFrame
    schema: Schema
    frame: Frame
    reference: Outcomes

    def watch(self, later, **given):
        given = {"predict": answer, "reference_outcomes": self.reference, **given}
        return watch(self.training, later, self.schema, self.frame, ("income", "region"), **given)


@pytest.fixture(scope="session")
def world() -> World:
    training = rows(1500, seed=1)
    types = {"income": ColumnType.NUMBER, "region": ColumnType.CATEGORY, "bought": ColumnType.YES_NO}
    schema = Schema(columns=tuple(ColumnSpec(name=name, type=kind) for name, kind in types.items()))
    frame = Frame(target="bought", task=Task.BINARY, positive="yes", metric="accuracy", row_is="customer")
    told = answer(training)
    reference = Outcomes(
        Task.BINARY,
        training["bought"].to_numpy(dtype=object),
        classes=CLASSES,
        positive="yes",
        probabilities=told[["probability_no", "probability_yes"]].to_numpy(),
    )
    return World(training, schema, frame, reference)


@pytest.fixture(scope="session")
def make():
    return rows


@pytest.fixture(scope="session")
def model():
    return answer
