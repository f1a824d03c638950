import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import DamagedProjectError
from core.framing.frame import Costs, Frame, Task
from core.prepare.contract import ColumnContract
from core.prepare.plan import SplitKind, SplitPlan
from core.prepare.recipe import Recipe, Step
from core.project.document import Acceptance, Decision, PrepareState, Project, SealOpening
from core.workspace.documents import from_text, to_text

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.floats(allow_nan=False)
moments = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
frames = st.builds(
    Frame,
    question=texts,
    target=st.none() | texts,
    task=st.none() | st.sampled_from(Task),
    positive=st.none() | texts,
    sensitive=st.lists(texts, max_size=3).map(tuple),
    costs=st.builds(Costs, false_positive=st.none() | numbers, currency=texts),
    good_enough=st.none() | numbers,
)
steps = st.builds(
    Step,
    id=texts,
    kind=texts,
    on=st.booleans(),
    columns=st.lists(texts, max_size=2).map(tuple),
    params=st.dictionaries(texts, json_values, max_size=3),
)
recipes = st.builds(Recipe, number=st.integers(1, 99), steps=st.lists(steps, max_size=3).map(tuple))
splits = st.builds(SplitPlan, kind=st.sampled_from(SplitKind), test_share=st.floats(0.05, 0.5), column=texts)
states = st.builds(
    PrepareState,
    recipe=st.none() | recipes,
    split=st.none() | splits,
    contract=st.none() | st.dictionaries(texts, st.builds(ColumnContract, allowed=st.none() | texts), max_size=2),
)
columns = st.builds(ColumnSpec, name=texts, type=st.sampled_from(ColumnType), reason=texts)
projects = st.builds(
    Project,
    id=st.just("a" * 22),
    name=texts,
    revision=st.integers(0, 1000),
    created=moments,
    changed=moments,
    frame=frames,
    table_schema=st.none() | st.builds(Schema, columns=st.lists(columns, max_size=3).map(tuple)),
    recipe=recipes,
    prepare_past=st.lists(states, max_size=2).map(tuple),
    prepare_future=st.lists(states, max_size=2).map(tuple),
    prepare_older=st.just("") | st.just("b" * 32),
    split=splits,
    threshold=st.floats(0, 1),
    accepted=st.dictionaries(
        texts, st.builds(Acceptance, at=moments, stage=texts, title=texts, reason=texts), max_size=2
    ),
    decisions=st.lists(st.builds(Decision, at=moments, stage=texts, what=texts), max_size=2).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(projects)
def test_writing_and_reading_are_inverse(project):
    assert from_text(to_text(project)) == project


def test_recipes_and_plans_kept_for_undo_as_earlier_documents_held_them_are_read():
    recipe, plan = Recipe(number=4), SplitPlan(folds=3)
    bare = Project(id="a" * 22, name="x", created=NOON, changed=NOON)
    held = json.loads(to_text(bare))
    del held["prepare_past"], held["prepare_future"], held["prepare_older"], held["prepare_later"]
    held["recipe_past"] = [recipe.model_dump(mode="json"), plan.model_dump(mode="json")]
    held["recipe_future"] = [recipe.model_dump(mode="json")]
    read = from_text(json.dumps(held))
    assert read.prepare_past == (PrepareState(recipe=recipe), PrepareState(split=plan))
    assert read.prepare_future == (PrepareState(recipe=recipe),)
    assert read.prepare_older == ""


def test_numbers_that_are_none_survive():
    opened = SealOpening(
        at=NOON, fingerprint="f", run="r", rows=1, metric="m", score=float("nan"), low=float("-inf"), high=1.0
    )
    project = Project(id="a" * 22, name="x", created=NOON, changed=NOON, seal=(opened,))
    back = from_text(to_text(project)).seal[0]
    assert back.score != back.score
    assert back.low == float("-inf")


def test_half_a_surrogate_does_not_make_a_project_unreadable():
    project = Project(id="a" * 22, name="x", created=NOON, changed=NOON, frame=Frame(question="a\ud800b"))
    assert from_text(to_text(project)).frame.question == "a?b"


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "{", '{"schema_version": 1}', b"\xff\xfe", "[" * 100_000])
def test_what_is_no_project_is_called_damaged(text):
    with pytest.raises(DamagedProjectError, match="damaged"):
        from_text(text)
