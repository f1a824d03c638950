import io
import pickle

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline

from core.errors import DamagedProjectError, NotFoundError
from core.framing.frame import Task
from core.framing.outcomes import Outcomes
from core.train.board import FoldScore, Leaderboard, Run, RunStatus
from core.train.search import FittedRun
from core.workspace.results import OutOfFold, TrainingFolder, read_outcomes, write_outcomes

YES_NO = Outcomes(
    task=Task.BINARY,
    actual=np.array(["no", "yes", "<b>", "no"], dtype=object),
    classes=("no", "yes"),
    positive="yes",
    probabilities=np.array([[0.9, 0.1], [0.25, 0.75], [0.5, 0.5], [1 / 3, 2 / 3]]),
    threshold=0.3,
    decided=np.array(["no", "yes", "yes", "no"], dtype=object),
)
AMOUNTS = Outcomes(task=Task.REGRESSION, actual=np.array([1.5, -2.0]), values=np.array([1.25, 0.1]))


def found(outcomes: Outcomes) -> OutOfFold:
    rows = np.arange(len(outcomes))
    return OutOfFold(outcomes, rows % 2, rows + 10)


def fitted(key: str) -> FittedRun:
    model = Pipeline([("model", DummyClassifier())]).fit(np.zeros((4, 1)), ["no", "yes", "no", "no"])
    score = FoldScore(fold=0, unseen=0.5, seen=0.6, seconds=0.1)
    run = Run(key=key, title=key, status=RunStatus.DONE, folds=(score,), score=0.5, low=0.4, high=0.6)
    kept = found(YES_NO)
    return FittedRun(run, model, kept.outcomes, kept.folds, kept.rows)


def board(*runs: Run, finished: bool = True) -> Leaderboard:
    return Leaderboard(
        fingerprint="abc",
        metric="roc_auc",
        higher_is_better=True,
        runs=runs,
        rows=4,
        test_rows=1,
        folds=2,
        seed=7,
        budget_seconds=10,
        finished=finished,
    )


@pytest.fixture
def folder(tmp_path):
    return TrainingFolder(tmp_path / "abc")


@pytest.mark.parametrize("outcomes", [YES_NO, AMOUNTS], ids=["yes or no", "amount"])
def test_predictions_come_back_to_the_last_bit(tmp_path, outcomes):
    write_outcomes(tmp_path / "o.npz", found(outcomes))
    back = read_outcomes(tmp_path / "o.npz")
    assert back.outcomes.task is outcomes.task
    assert back.outcomes.classes == outcomes.classes
    assert (back.outcomes.positive, back.outcomes.threshold) == (outcomes.positive, outcomes.threshold)
    for name in ("actual", "probabilities", "values", "decided"):
        expected, got = getattr(outcomes, name), getattr(back.outcomes, name)
        assert (got is None) == (expected is None)
        if expected is not None:
            assert got.tolist() == expected.tolist()
    assert back.folds.tolist() == found(outcomes).folds.tolist()
    assert back.rows.tolist() == found(outcomes).rows.tolist()


def test_a_pickle_in_the_place_of_predictions_is_not_loaded(tmp_path):
    class Trap:
        def __reduce__(self):
            return (exec, ("raise SystemExit('loaded')",))

    packed = io.BytesIO()
    np.save(packed, np.array([Trap()], dtype=object), allow_pickle=True)
    (tmp_path / "o.npz").write_bytes(packed.getvalue())
    with pytest.raises(DamagedProjectError):
        read_outcomes(tmp_path / "o.npz")
    (tmp_path / "o.npz").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(DamagedProjectError):
        read_outcomes(tmp_path / "o.npz")


def test_predictions_that_are_cut_off_are_named_as_such(tmp_path):
    path = tmp_path / "o.npz"
    write_outcomes(path, found(AMOUNTS))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DamagedProjectError, match="predictions of this model cannot be read"):
        read_outcomes(path)


def test_arrays_that_do_not_fit_each_other_are_refused(tmp_path):
    kept = found(AMOUNTS)
    write_outcomes(tmp_path / "o.npz", OutOfFold(kept.outcomes, kept.folds[:1], kept.rows))
    with pytest.raises(DamagedProjectError):
        read_outcomes(tmp_path / "o.npz")


def test_there_is_no_board_before_the_first(folder):
    assert folder.board() is None


def test_a_board_comes_back_as_it_was(folder):
    written = board(fitted("forest").run.model_copy(update={"p_value": float("nan")}))
    folder.write_board(written)
    back = folder.board()
    assert back.model_dump(exclude={"runs"}) == written.model_dump(exclude={"runs"})
    assert np.isnan(back.runs[0].p_value)


@pytest.mark.parametrize("content", [b"{", b"{}", b"[1]"])
def test_a_damaged_board_is_named_as_such(folder, content):
    folder.path.mkdir()
    (folder.path / "board.json").write_bytes(content)
    with pytest.raises(DamagedProjectError):
        folder.board()


def test_a_candidate_is_kept_with_its_model_and_its_predictions(folder):
    told = folder.save_fitted(fitted("forest"))
    kept = folder.finished()["forest"]
    assert kept == told
    assert kept.model_copy(update={"model_hash": "", "size_bytes": None}) == fitted("forest").run
    assert kept.size_bytes == folder.model_path("forest").stat().st_size
    assert folder.outcomes("forest").probabilities.tolist() == YES_NO.probabilities.tolist()
    assert folder.folds("forest").tolist() == [0, 1, 0, 1]
    assert folder.rows("forest").tolist() == [10, 11, 12, 13]
    assert folder.pipeline("forest").predict(np.zeros((1, 1))).tolist() == ["no"]
    assert folder.fitted()["forest"].run == kept


def test_a_candidate_whose_line_was_not_written_does_not_count(folder):
    folder.save_fitted(fitted("forest"))
    (folder.path / "runs" / "forest" / "run.json").unlink()
    assert folder.finished() == {}
    with pytest.raises(NotFoundError, match="not kept"):
        folder.outcomes("forest")


@pytest.mark.parametrize("key", ["..", "../forest", "a/b"])
def test_a_candidate_cannot_be_asked_for_by_path(folder, key):
    with pytest.raises(NotFoundError):
        folder.outcomes(key)


def test_a_changed_model_is_not_loaded(folder):
    folder.save_fitted(fitted("forest"))
    path = folder.model_path("forest")
    path.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(DamagedProjectError, match="damaged or changed, and was not loaded"):
        folder.pipeline("forest")


def test_a_model_put_in_the_place_of_another_is_not_loaded(folder):
    folder.save_fitted(fitted("forest"))
    other = fitted("tree")
    other.pipeline.named_steps["model"].extra_ = "another model"
    folder.save_fitted(other)
    folder.model_path("forest").write_bytes(folder.model_path("tree").read_bytes())
    with pytest.raises(DamagedProjectError, match="damaged or changed"):
        folder.pipeline("forest")


def test_discarding_takes_back_what_the_job_added_and_nothing_else(folder):
    before = board(fitted("tree").run)
    folder.save_fitted(fitted("tree"))
    folder.write_board(before)
    folder.remember("job2")
    folder.save_fitted(fitted("forest"))
    folder.write_board(board(fitted("forest").run, fitted("tree").run))
    folder.roll_back("job2")
    assert folder.board() == before
    assert list(folder.finished()) == ["tree"]


def test_discarding_the_first_job_leaves_nothing(folder):
    folder.remember("job1")
    folder.save_fitted(fitted("forest"))
    folder.roll_back("job1")
    assert not folder.path.exists()


def test_only_the_job_that_is_discarded_is_taken_back(folder):
    folder.remember("job1")
    folder.save_fitted(fitted("forest"))
    folder.roll_back("another")
    assert list(folder.finished()) == ["forest"]
    folder.forget("job1")
    folder.roll_back("job1")
    assert list(folder.finished()) == ["forest"]
