"""A newer reading held against the project, and what taking it keeps."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from core.data.guess import guess_schema
from core.data.schema import ColumnType, Role
from core.framing.frame import Frame, Task
from core.monitor.verdict import Verdict
from core.prepare.plan import SplitKind, SplitPlan
from core.prepare.recipe import Recipe, Step
from core.project import refresh
from core.project.document import DataRef, Labelling, LabelsUsed, PrepareState, Project, SealOpening
from core.project.fingerprint import training_fingerprint
from core.project.mending import mended_findings
from core.runtime.schema import InputColumn, InputSchema
from core.train.board import Leaderboard, Run, RunStatus

NOW = datetime(2026, 3, 1, 9, 14, tzinfo=UTC)
ROWS = 400


def rows(seed=1, shift=0.0, n=ROWS):
    chance = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "income": chance.normal(50 + shift, 10, n),
            "age": chance.integers(20, 70, n),
            "city": pd.Series(chance.choice(["x", "y"], n), dtype="str"),
            "team": pd.Series(chance.choice(["a", "b", "c"], n), dtype="str"),
            "paid": pd.Series(chance.choice(["yes", "no"], n), dtype="str"),
        }
    )


BEFORE = rows()


def compare(project, before, after, **given):
    return refresh.compare(project, before, after, guess_schema(after), **given)


def ref(table, mark="h1"):
    return DataRef(content_hash=mark, name="t.csv", rows=len(table), columns=table.shape[1], size_bytes=1, imported=NOW)


def project(**changes):
    made = Project(
        id="p" * 22,
        name="Loans",
        created=NOW,
        changed=NOW,
        frame=Frame(target="paid", task=Task.BINARY, positive="yes", metric="roc_auc", sensitive=("team",)),
        data=ref(BEFORE),
        table_schema=guess_schema(BEFORE),
    )
    return made.updated(**changes)


def step(kind, *columns, **params):
    return Step(id=f"{kind}-1", kind=kind, columns=columns, params=params)


EDITED = Recipe(
    number=3,
    steps=(
        step("drop_columns", "city"),
        step("cap_outliers", "income", "age"),
        step("scale"),
        step("group_rare", "city"),
    ),
)


def told(found, part):
    return [(one.tone, one.sentence) for one in found.consequences if one.part == part]


def test_the_same_table_changes_nothing():
    found = compare(project(), BEFORE, BEFORE, same=True)
    assert refresh.words(found) == ["Nothing changed: the new table is the one that is here, value by value."]
    assert (found.drifts, found.consequences) == ((), ())


def test_rows_of_the_same_kind_are_not_called_shifted():
    found = compare(project(), BEFORE, rows(seed=2, n=420))
    assert found.moved == ()
    assert found.looked_at == (400, 420)
    assert refresh.words(found) == [
        "420 rows, 20 more than before.",
        "In no column the spread of the values changed by more than is small or explained by chance.",
    ]


def test_a_shifted_column_is_named_with_its_effect_and_the_others_are_not():
    found = compare(project(), BEFORE, rows(seed=2, shift=10))
    assert [drift.column for drift in found.moved] == ["income"]
    assert found.drifts[0].verdict is Verdict.DRIFTED
    assert found.drifts[0].test == "Kolmogorov–Smirnov"
    assert 0.8 < found.drifts[0].shift < 1.3
    assert "1 column changed beyond chance in how the values are spread." in refresh.words(found)


def test_too_few_rows_say_nothing_of_the_spread():
    found = compare(project(), BEFORE, rows(seed=2, shift=40, n=49))
    assert found.moved == ()
    assert {drift.verdict for drift in found.drifts} == {Verdict.UNKNOWN}


def test_words_name_what_came_and_went():
    after = rows(seed=2).drop(columns="age").assign(fresh=1.5)
    after["city"] = after["city"].replace("x", "z")
    said = refresh.words(compare(project(), BEFORE, after))
    assert said[:3] == ["400 rows, as before.", "New: `fresh`.", "No longer there: `age`."]
    count = int((after["city"] == "z").sum())
    gone = int((BEFORE["city"] == "x").sum())
    assert said[3] == f"`city`: “z” ({count} rows) came, “x” ({gone} rows) went."


def test_a_step_whose_settings_need_what_is_gone_goes_and_an_order_loses_its_column():
    steps = (
        Step(id="f", kind="formula", params={"formula": "income / age"}),
        Step(id="e", kind="encode", params={"method": "ordinal", "order": {"city": ["x", "y"], "age": ["1"]}}),
    )
    given = project(recipe=Recipe(number=3, steps=steps), recipe_touched=True)
    after = rows(seed=2).drop(columns="age")
    found = compare(given, BEFORE, after)
    said = "Step 1, Calculate by a formula, names `age`, which is gone, and goes, as it cannot be without it."
    assert told(found, "Recipe") == [("orange", said)]
    taken = refresh.take(given, ref(after, "h2"), found.schema, after, now=NOW)
    assert [(one.kind, one.params["order"]) for one in taken.recipe.steps] == [("encode", {"city": ["x", "y"]})]


def test_steps_that_name_what_is_gone_or_of_another_type_are_said_and_mended():
    given = project(recipe=EDITED, recipe_touched=True)
    after = rows(seed=2).drop(columns="city")
    after["age"] = pd.Series(["young", "old"] * 200, dtype="str")
    found = compare(given, BEFORE, after)
    assert told(found, "Recipe") == [
        ("orange", "Step 1, Leave columns out, names `city`, which is gone, and goes, as it names no other."),
        ("orange", "Step 2, Cap extremes, names `age`, which is of another type, and goes on without it."),
        ("orange", "Step 4, Group rare categories, names `city`, which is gone, and goes, as it names no other."),
    ]
    taken = refresh.take(given, ref(after, "h2"), found.schema, after, now=NOW)
    assert [(one.kind, one.columns) for one in taken.recipe.steps] == [("cap_outliers", ("income",)), ("scale", ())]
    assert taken.recipe.number == 4
    assert taken.prepare_past == (PrepareState(recipe=EDITED),)
    assert taken.data.content_hash == "h2"
    assert taken.decisions[-1].what == "Refreshed t.csv: 400 rows, 4 columns"
    assert taken.decisions[-2].what == told(found, "Recipe")[2][1]
    (finding,) = mended_findings(taken)
    assert finding.evidence == " ".join(sentence for _, sentence in told(found, "Recipe"))
    edited = taken.updated(recipe=Recipe(number=5, steps=taken.recipe.steps[:1]))
    assert mended_findings(edited) == []
    # What was trained before is of another table.
    assert training_fingerprint(taken) != training_fingerprint(given)


def test_marks_for_missing_forget_the_columns_that_are_gone():
    recipe = Recipe(steps=(step("mark_missing", "age", "income", values={"age": ["-1"], "income": ["0"]}),))
    mended = refresh.mended(recipe, guess_schema(BEFORE.drop(columns="age")))
    assert mended.steps[0].columns == ("income",)
    assert mended.steps[0].params == {"values": {"income": ["0"]}}


def test_a_recipe_that_fits_stays_the_same_and_one_not_edited_follows():
    given = project(recipe=EDITED, recipe_touched=True)
    after = rows(seed=2)
    found = compare(given, BEFORE, after)
    assert told(found, "Recipe") == [("green", "Every step still fits.")]
    assert refresh.take(given, ref(after), found.schema, after, now=NOW).recipe == EDITED
    follows = compare(project(recipe=EDITED), BEFORE, after)
    assert told(follows, "Recipe") == [("green", "It follows the table, as you have not edited it.")]


def test_what_the_user_said_of_columns_stays():
    mine = project(table_schema=guess_schema(BEFORE).with_column("age", type=ColumnType.CATEGORY, role=Role.LEFT_OUT))
    after = rows(seed=2)
    taken = refresh.take(mine, ref(after), compare(mine, BEFORE, after).schema, after, now=NOW)
    assert (taken.table_schema["age"].type, taken.table_schema["age"].role) == (ColumnType.CATEGORY, Role.LEFT_OUT)
    assert taken.frame == mine.frame


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (rows(2).drop(columns="paid"), "The outcome `paid` is gone. The frame would lose it; name another one before"),
        (rows(2).assign(paid="no").astype({"paid": "str"}), "No row has the outcome looked for, “yes”, any more."),
    ],
)
def test_an_outcome_that_is_gone_must_be_settled(after, sentence):
    found = compare(project(), BEFORE, after)
    ((tone, said),) = told(found, "Outcome")
    assert tone == "red"
    assert said.startswith(sentence)
    taken = refresh.take(project(), ref(after), found.schema, after, now=NOW)
    assert taken.frame.target == ("paid" if "paid" in after else None)


def test_groups_and_the_split_say_when_their_column_is_gone():
    given = project(split=SplitPlan(kind=SplitKind.GROUP, column="city", folds=4), split_touched=True)
    after = rows(2).drop(columns=["city", "team"])
    found = compare(given, BEFORE, after)
    assert told(found, "Groups") == [("orange", "`team` is no longer there; Fairness cannot look at these groups.")]
    assert told(found, "Split") == [
        ("red", "It parts the rows by `city`, which is gone; they would be parted at random.")
    ]
    taken = refresh.take(given, ref(after), found.schema, after, now=NOW)
    assert (taken.split.kind, taken.split.column, taken.split.folds) == (SplitKind.STRATIFIED, "", 4)
    assert taken.frame.sensitive == ()


def test_labels_given_by_hand_are_said_to_stay_behind():
    used = {"paid": LabelsUsed(at=NOW, rows=12)}
    labelled = ref(BEFORE).model_copy(update={"labelling": Labelling(content_hash="h0", used=used)})
    found = compare(project(data=labelled), BEFORE, rows(2))
    assert told(found, "Labels") == [
        ("red", "12 labels given by hand speak of the rows of the old table; the new one does not have them.")
    ]
    assert told(compare(project(), BEFORE, rows(2)), "Labels") == []


def test_results_and_the_sealed_test_become_out_of_date():
    looked = SealOpening(at=NOW, fingerprint="f", run="a", rows=80, metric="roc_auc", score=0.8, low=0.7, high=0.9)
    runs = [
        Run(key="base", title="Baseline", status=RunStatus.DONE, is_baseline=True),
        Run(key="a", title="A", status=RunStatus.DONE),
        Run(key="b", title="B", status=RunStatus.DONE),
    ]
    board = Leaderboard(
        fingerprint="t",
        metric="roc_auc",
        higher_is_better=True,
        runs=tuple(runs),
        rows=320,
        test_rows=80,
        folds=5,
        seed=7,
        budget_seconds=60,
    )
    found = compare(project(training="t", seal=(looked,)), BEFORE, rows(2), board=board)
    said = told(found, "Results")
    assert said[0][1].startswith(
        "The 2 models trained so far become out of date, and so do Evaluate, Explain, Fairness"
    )
    assert said[1][1].startswith("The sealed test was opened once;")
    assert told(compare(project(), BEFORE, rows(2)), "Results") == []


def test_the_exported_bundle_says_whether_it_takes_the_new_rows():
    bundle = InputSchema((InputColumn("income", "number"), InputColumn("city", "category", levels=("x", "y"))))

    def answer(after):
        return told(compare(project(), BEFORE, after, bundle=bundle), "Exported bundle")

    assert answer(rows(2)) == [("green", "It takes every row of the new table without a warning.")]
    assert answer(rows(2).drop(columns="city")) == [
        ("red", "It would refuse rows of the new table: `city` is missing.")
    ]
    odd = rows(2)
    odd.loc[:9, "city"] = "z"
    assert answer(odd) == [
        ("orange", "It takes the new table, with a warning in 10 of 400 rows: values training never saw.")
    ]
