from core.findings import Severity
from core.monitor.checks import TITLES, check_watch

CHANGES = (("income", None), ("income", "x"), ("region", 1), ("bought", "z"), ("bought", None))


def codes(report, world):
    return [finding.code for finding in check_watch(report, world.frame)]


def test_nothing_is_said_of_a_table_like_the_one_before(world, make):
    assert codes(world.watch(make(400, seed=2)), world) == []


def test_a_worse_model_must_be_settled(world, make):
    found = check_watch(world.watch(make(400, seed=2, flip=0.4)), world.frame)
    assert (found[0].code, found[0].severity) == ("watch-worse", Severity.ERROR)
    assert found[0].fix.params == {"stage": "train"}


def test_columns_and_predictions_that_moved_are_to_be_looked_at(world, make):
    found = check_watch(world.watch(make(400, seed=2, shift=1.0)), world.frame)
    assert [finding.code for finding in found] == ["watch-predictions", "watch-columns"]
    assert found[1].columns == ("income",)
    assert found[1].title == "One column has moved"


def test_a_problem_with_a_column_is_told_once(world, make):
    report = world.watch(make(400, seed=2).assign(region="West"))
    assert codes(report, world) == ["watch-recoded"]


def test_every_problem_has_a_title(world, make):
    later = make(400, seed=2)
    tables = [
        later.head(0),
        later.head(1),
        later.drop(columns="income"),
        *(later.assign(**{column: value}) for column, value in CHANGES),
    ]
    seen = {problem.kind for table in tables for problem in world.watch(table, skipped_lines=1).problems}
    assert seen | {"no-answers"} == set(TITLES)
