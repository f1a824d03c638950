"""A specification of a bundle that holds hostile texts; its model is never fitted."""

from datetime import UTC, datetime

import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from core.export.facts import (
    AcceptedFact,
    BundleSpec,
    CardFacts,
    CodeFacts,
    GroupFact,
    OpenFact,
    OpeningFact,
    ScoreFact,
)
from core.framing.frame import Task
from core.runtime.schema import InputColumn, InputSchema
from core.runtime.transformers import Cast, Encode, Finish

HOSTILE = "<script>alert(1)</script>![p](http://127.0.0.1:9/p) | `x` {{ 7 * 7 }}"


@pytest.fixture
def spec() -> BundleSpec:
    at = datetime(2026, 11, 23, 9, 14, tzinfo=UTC)
    schema = InputSchema((InputColumn("age", "number", low=-1.0, high=12345.0), InputColumn(HOSTILE, "category")))
    card = CardFacts(
        project=HOSTILE,
        question=HOSTILE,
        row_is=HOSTILE,
        harm=HOSTILE,
        data_name=HOSTILE,
        rows=2380,
        columns=13,
        train_rows=1904,
        test_rows=476,
        recipe=(HOSTILE,),
        scores=(ScoreFact("roc_auc", 0.8123, 0.79, 0.83, "5 folds"), ScoreFact("accuracy", 0.9)),
        openings=(OpeningFact(at, "abc", 476, "roc_auc", 0.8, 0.75, 0.85),),
        groups=(
            GroupFact(HOSTILE, "yes", 339, {"Selected": (0.281, 0.235, 0.331), "False positives": None}),
            GroupFact(HOSTILE, "no", 2041, {"Selected": (0.09, 0.08, 0.1)}),
        ),
        left_out={HOSTILE: HOSTILE},
        accepted=(AcceptedFact(at, "Data", HOSTILE, HOSTILE),),
        still_open=(OpenFact("data", "warning", HOSTILE, HOSTILE), OpenFact("train", "error", "A tie", "4 of 9")),
        examined=("data", "train", "export"),
        limits=(HOSTILE,),
    )
    cast = Cast(columns={"age": "number", HOSTILE: "category"})
    steps = [("read", cast), ("encode_rest", Encode()), ("finish", Finish()), ("model", LogisticRegression(C=0.25))]
    parts = pd.DataFrame({"row": [0, 1], "part": ["train", "test"], "fold_1": ["fit", ""]})
    return BundleSpec(
        pipeline=Pipeline(steps),
        training_frame=pd.DataFrame({"age": [1.0], HOSTILE: ["a"]}),
        title="Logistic regression",
        task=Task.BINARY,
        target=HOSTILE,
        input=schema,
        metric="roc_auc",
        created=at,
        card=card,
        code=CodeFacts("data.csv", {"format": "text"}, parts, 0.8123),
        classes=("no", HOSTILE),
        positive=HOSTILE,
        threshold=0.27,
        fingerprints={"model": "0123456789ab"},
    )
