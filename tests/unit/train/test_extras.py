"""A model whose library is not installed: it is left out in words, and what was fitted elsewhere stays."""

import pytest

from core.cli.question import _check_models
from core.errors import FrameError
from core.framing.frame import Task
from core.train.board import RunStatus, TrainPlan
from core.train.catalog import MODELS, candidates
from core.train.forecast import forecast_training
from core.train.search import train
from core.train.spec import EXTRAS

KEY = "torch_network"
WHY = "It learns with PyTorch, which is not installed here. The README says how: make torch."


@pytest.fixture
def installed(monkeypatch):
    """Say whether PyTorch is installed, whatever is true."""

    def say(there: bool) -> None:
        monkeypatch.setattr("core.train.spec.find_spec", lambda package: object() if there else None)

    return say


def trained(problem, scripted, clock, plan, finished=None):
    fitted, runner = {}, scripted()
    board = train(
        problem,
        plan,
        fingerprint="abc",
        on_board=lambda board: None,
        on_fitted=lambda made: fitted.setdefault(made.run.key, made),
        should_stop=lambda: False,
        clock=clock,
        finished=finished,
        runner=runner,
    )
    return board, fitted, runner.done


@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS, Task.REGRESSION])
def test_what_is_not_installed_is_no_usual_candidate_and_changes_no_other(installed, task):
    installed(True)
    with_it = [spec.key for spec in candidates(task)]
    installed(False)
    assert [spec.key for spec in candidates(task)] == [key for key in with_it if key != KEY]
    assert KEY in with_it
    assert "neural_network" in with_it


def test_asked_for_by_name_it_says_what_is_missing(installed, problem, scripted, clock):
    installed(False)
    plan = TrainPlan(candidates=(KEY, "decision_tree"), budget_seconds=1000, draws=0, blend=False)
    board, _, done = trained(problem, scripted, clock, plan)
    assert (board.run(KEY).status, board.run(KEY).reason) == (RunStatus.SKIPPED, WHY)
    assert board.run("decision_tree").status is RunStatus.DONE
    assert KEY not in {task.candidate for task in done}
    told = {one.key: one for one in forecast_training(problem, plan).candidates}
    assert (told[KEY].seconds, told[KEY].reason) == (None, WHY)
    assert told["decision_tree"].reason == ""


def test_what_was_fitted_elsewhere_stays_and_is_not_tuned(installed, problem, scripted, clock):
    installed(True)
    plan = TrainPlan(candidates=(KEY,), budget_seconds=1000, draws=0, blend=False)
    before, fitted, _ = trained(problem, scripted, clock, plan)
    installed(False)
    again = plan.model_copy(update={"draws": 4})
    board, _, done = trained(problem, scripted, clock, again, finished=fitted)
    assert board.run(KEY).score == before.run(KEY).score
    assert [run.key for run in board.runs] == [run.key for run in before.runs]
    assert done == []


def test_the_command_line_says_so_before_it_begins(installed):
    installed(True)
    _check_models([KEY], Task.BINARY)
    installed(False)
    with pytest.raises(FrameError) as fault:
        _check_models([KEY], Task.BINARY)
    assert fault.value.message == f"The model '{KEY}' cannot be tried. {WHY} Or leave it out."


def test_only_models_with_an_extra_can_miss_one(installed):
    installed(False)
    assert {key for key, spec in MODELS.items() if spec.missing} == {key for key, spec in MODELS.items() if spec.needs}
    assert {spec.needs for spec in MODELS.values() if spec.needs} == set(EXTRAS)
