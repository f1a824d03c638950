import pytest

from core.framing.frame import Task
from core.train.board import TrainPlan
from core.train.catalog import MODELS, candidates
from core.train.forecast import Forecast, forecast_training
from core.train.pace import Pace, Size, size_of
from core.train.words import duration, size


def test_the_forecast_lists_candidates_in_the_order_in_which_they_run(problem):
    forecast = forecast_training(problem, TrainPlan())
    seconds = [one.seconds for one in forecast.candidates]
    assert forecast.candidates[0].key == "baseline"
    assert seconds[1] == min(seconds[1:])
    order = [spec.key for spec in candidates(Task.BINARY)]
    rest = [order.index(one.key) for one in forecast.candidates[2:]]
    assert rest == sorted(rest)
    assert forecast.rows == 120


def test_first_comes_what_can_be_read_though_another_were_quicker(problem):
    plan = TrainPlan(candidates=("support_vector_machine", "logistic_regression"))
    forecast = forecast_training(problem, plan)
    seconds = {one.key: one.seconds for one in forecast.candidates}
    assert seconds["support_vector_machine"] < seconds["logistic_regression"]
    assert [one.key for one in forecast.candidates][:2] == ["baseline", "logistic_regression"]


def test_a_forecast_says_that_it_is_that_of_this_machine_where_a_cluster_fits(problem):
    plan = TrainPlan(budget_seconds=1000, draws=0)
    here, there = forecast_training(problem, plan).words, forecast_training(problem, plan, on_cluster=True).words
    assert " rows. Forecast: " in here
    assert " rows. Fits go to the Dask cluster. Forecast on this machine alone: " in there


def test_the_forecast_never_exceeds_the_budget(problem):
    forecast = forecast_training(problem, TrainPlan(budget_seconds=10))
    assert forecast.low_seconds <= forecast.high_seconds <= 10


def test_the_forecast_in_words():
    forecast = Forecast(1904, (), 120, 180, 400e6, 600)
    assert forecast.words == "Fairway will try 0 candidates on 1,904 rows. Forecast: 2 min to 3 min, 400 MB."


def test_memory_grows_with_the_table(problem_of):
    small, large = (forecast_training(problem_of(rows=rows), TrainPlan()) for rows in (100, 1000))
    assert small.memory_bytes < large.memory_bytes


def test_encoded_columns_are_counted(problem):
    # Three numbers and one category of three towns; a column not known at prediction is none of them.
    assert size_of(problem) == Size(rows=80, columns=6, classes=1, folds=3)


def test_measured_times_correct_the_forecasts_of_what_is_still_to_run():
    pace = Pace(Size(rows=1_000_000, columns=20, classes=1, folds=5))
    tree, forest = MODELS["decision_tree"], MODELS["random_forest"]
    before = pace.fit_seconds(forest)
    pace.learn(tree, 3 * tree.forecast(1_000_000, 20, 1), 0.5)
    assert pace.fit_seconds(forest) == pytest.approx(3 * before, rel=0.02)
    assert pace.preparing == 0.5


def test_what_was_over_in_a_moment_says_little_of_what_takes_long():
    pace = Pace(Size(rows=200, columns=5, classes=1, folds=5))
    tree, forest = MODELS["decision_tree"], MODELS["random_forest"]
    before = pace.fit_seconds(forest)
    pace.learn(tree, 8 * tree.forecast(200, 5, 1))
    assert before < pace.fit_seconds(forest) < 1.5 * before


def test_a_candidate_that_was_measured_is_forecast_by_its_own_time():
    pace = Pace(Size(rows=1000, columns=20, classes=1, folds=5))
    pace.learn(MODELS["random_forest"], 7.0)
    assert pace.fit_seconds(MODELS["random_forest"]) == 7.0


def test_the_whole_is_every_fold_and_the_fit_on_all_rows():
    pace = Pace(Size(rows=800, columns=5, classes=1, folds=5))
    assert pace.remaining(0, 1.0) == pytest.approx(6.25)
    assert pace.remaining(4, 1.0) == pytest.approx(2.25)


def test_two_at_a_time_take_half_as_long_but_never_less_than_the_last_fit():
    pace = Pace(Size(rows=800, columns=5, classes=1, folds=5), workers=2)
    assert pace.remaining(0, 1.0) == pytest.approx(3.125)
    assert pace.remaining(5, 1.0) == pytest.approx(1.25)
    assert pace.remaining(5, 1.0, refit=False) == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "under a second"),
        (12.4, "12 s"),
        (200, "3 min 20 s"),
        (120, "2 min"),
        (1500, "25 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("n_bytes", "words"), [(500, "500 bytes"), (180_000, "180 kB"), (3_100_000, "3.1 MB"), (2e9, "2.0 GB")]
)
def test_sizes(n_bytes, words):
    assert size(n_bytes) == words
