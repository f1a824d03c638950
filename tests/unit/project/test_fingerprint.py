"""What a training is named by."""

from datetime import UTC, datetime

from core.framing.frame import Costs, Frame, Task
from core.project.document import Project
from core.project.fingerprint import prepare_fingerprint, training_fingerprint
from core.train.board import TrainPlan

NOW = datetime(2026, 3, 1, 9, 14, tzinfo=UTC)
FRAME = Frame(target="y", task=Task.BINARY, positive="yes", metric="log_loss", costs=Costs(false_positive=1))
PLAN = TrainPlan()


def named(frame: Frame = FRAME, plan: TrainPlan = PLAN) -> str:
    return training_fingerprint(Project(id="p", name="x", created=NOW, changed=NOW, frame=frame, plan=plan))


def priced(frame: Frame, cost: float) -> Frame:
    return frame.model_copy(update={"costs": Costs(false_positive=cost, false_negative=5)})


def test_costs_name_a_training_only_where_they_decide_it() -> None:
    assert named(priced(FRAME, 1)) == named(priced(FRAME, 2))
    by_cost = FRAME.model_copy(update={"metric": "expected_cost"})
    assert named(priced(by_cost, 1)) != named(priced(by_cost, 2))
    weighed = TrainPlan(settings={"random_forest": {"weights": "costs"}})
    assert named(priced(FRAME, 1), weighed) != named(priced(FRAME, 2), weighed)
    balanced = TrainPlan(settings={"random_forest": {"weights": "balanced"}})
    assert named(priced(FRAME, 1), balanced) == named(priced(FRAME, 2), balanced)


def test_directions_and_the_quantile_name_a_training() -> None:
    assert named(plan=TrainPlan(directions={"age": 1})) not in (named(), named(plan=TrainPlan(directions={"age": -1})))
    assert named(FRAME.model_copy(update={"quantile": 0.9})) != named()


def test_what_an_expert_asks_of_fits_leaves_prepare_as_it_was_seen() -> None:
    asked = TrainPlan(directions={"age": 1}, settings={"random_forest": {"weights": "costs"}})
    before, after = (
        Project(id="p", name="x", created=NOW, changed=NOW, frame=FRAME, plan=plan) for plan in (PLAN, asked)
    )
    assert prepare_fingerprint(before) == prepare_fingerprint(after)
