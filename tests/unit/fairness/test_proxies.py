from math import isnan

import numpy as np
import pandas as pd
import pytest

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.fairness.proxies import associations, find_proxies

ROWS = 400
SCHEMA = Schema(
    columns=(
        ColumnSpec(name="race", type=ColumnType.CATEGORY),
        ColumnSpec(name="area", type=ColumnType.CATEGORY),
        ColumnSpec(name="noise", type=ColumnType.NUMBER),
    )
)


@pytest.fixture
def table():
    rng = np.random.default_rng(2)
    race = np.where(rng.random(ROWS) < 0.3, "a", "b").astype(object)
    area = np.where(rng.random(ROWS) < 0.9, race, "b").astype(object)
    noise = pd.Series(rng.normal(size=ROWS)).mask(rng.random(ROWS) < 0.1)
    return pd.DataFrame({"race": race, "area": area, "noise": noise})


def test_a_column_that_repeats_the_group_names_it(table):
    found = find_proxies(table, table["race"], schema=SCHEMA, features=["race", "area", "noise"], seed=7)
    assert found.auc > 0.85
    assert found.low < found.auc < found.high
    assert found.group == "a"  # the smaller of the two
    assert found.strongest[0][0] == "area"
    assert "race" not in dict(found.strongest)


def test_noise_names_no_group(table):
    found = find_proxies(table, table["race"], schema=SCHEMA, features=["noise"], seed=7)
    assert found.low < 0.55


def test_one_group_cannot_be_named(table):
    found = find_proxies(table, table["race"].mask(table["race"] == "a", "b"), schema=SCHEMA, features=["area"], seed=7)
    assert isnan(found.auc)


def test_a_perfect_copy_has_association_one_and_noise_about_none(table):
    labels = table["race"].to_numpy(dtype=object)
    copied = table.assign(area=table["race"])
    found = dict(associations(copied, labels, schema=SCHEMA, features=["area", "noise"]))
    assert found["area"] == pytest.approx(1.0)
    assert found["noise"] < 0.15
