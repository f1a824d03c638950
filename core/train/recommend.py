"""Which model to take: of those that cannot be told from the best the simplest, and of equally simple ones a fast."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from core.evaluate.compare import paired_test, tie_group
from core.framing.metrics import METRICS, Metric
from core.train.board import Run, RunStatus
from core.train.words import blink, size

ALPHA = 0.05
"""A paired test below this says that two candidates differ by more than chance."""
QUICKER = 2.0
"""Of two equally simple candidates the quicker one is taken where it is quicker by this factor: less is noise."""
AS_FAST = 1.25
"""Within this factor of the fastest a candidate is called as fast as any."""
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class Recommendation:
    """What to take and why.

    Parameters
    ----------
    key : str or None
        The run recommended; the baseline where nothing beats it or nothing else finished; ``None`` while nothing has.
    text : str
        Why, in words.
    tied : tuple of str
        Keys that are not worse than the best by more than chance, best first; the baseline only where nothing beats it.
    p_values : dict of str to float
        Each finished run against the best.
    """

    key: str | None
    text: str
    tied: tuple[str, ...] = ()
    p_values: dict[str, float] | None = None


def recommend(runs: Sequence[Run], metric_key: str, folds: int, n_fit: float, n_judge: float) -> Recommendation:
    """Recommend one of the finished runs.

    Parameters
    ----------
    runs : sequence of Run
        Those that are not done are passed over.
    metric_key : str
    folds : int
        Folds of the split; a run's fold without a score counts as not defined.
    n_fit, n_judge : float
        Mean rows fitted and left out in a fold.

    Returns
    -------
    Recommendation

    Notes
    -----
    Ties are found by the corrected paired test of Nadeau and Bengio (2003), see ``core.evaluate.compare``. They end at
    the first candidate that is worse by more than chance: one that scores lower still and passes only because its folds
    vary more is no equal.

    A candidate beats the baseline where its mean is better and either its interval leaves out the baseline's score, or
    the same test against the baseline gives p below 0.05 divided by the number of candidates (Bonferroni). Where the
    baseline scores the same on every fold, as it does by ROC AUC, pairing says nothing and the interval alone decides.

    Of the winners the one of the lowest ``simplicity`` is taken. Where several are equally simple, those that take more
    than ``QUICKER`` times as long for one row as the quickest of them fall out, and the best of the rest is taken.
    """
    metric = METRICS[metric_key]
    done = {run.key: run for run in runs if run.status is RunStatus.DONE and run.score is not None}
    baseline = next((run for run in done.values() if run.is_baseline), None)
    models = {key: run for key, run in done.items() if not run.is_baseline}
    if not models:
        return Recommendation(baseline.key, "Only the baseline has finished.") if baseline else Recommendation(None, "")
    scores = {key: fold_scores(run, folds) for key, run in done.items()}
    group = tie_group(
        {key: scores[key] for key in models}, n_fit, n_judge, higher_is_better=metric.higher_is_better, alpha=ALPHA
    )
    p_values = dict(group.p_values)
    tied = tuple(takewhile(lambda key: p_values[key] >= ALPHA, group.p_values))
    if baseline is None:
        return _simplest(models, tied, tied, metric, p_values)
    best = scores[group.best]
    p_values[baseline.key] = paired_test(best, scores[baseline.key], n_fit, n_judge)
    constant = len({round(fold.unseen, 12) for fold in baseline.folds}) <= 1
    winners = tuple(
        key
        for key in tied
        if _beats(
            models[key],
            baseline,
            metric,
            1.0 if constant else paired_test(scores[key], scores[baseline.key], n_fit, n_judge),
            tried=len(models),
        )
    )
    if not winners:
        text = (
            f"No candidate is better than always guessing by more than chance: the best, "
            f"{models[group.best].title.lower()}, scores {metric.format(_score(models[group.best]))}, and the baseline "
            f"{metric.format(_score(baseline))}."
        )
        return Recommendation(baseline.key, text, (*tied, baseline.key), p_values)
    return _simplest(models, tied, winners, metric, p_values)


def fold_scores(run: Run, folds: int) -> list[float]:
    """Return a run's score on each fold left out, NaN where it has none; ``folds`` values."""
    known = {fold.fold: fold.unseen for fold in run.folds}
    return [known.get(fold, float("nan")) for fold in range(folds)]


def spread(runs: Sequence[Run]) -> tuple[float, float]:
    """Return how far the scores of some finished runs lie apart, and how wide their intervals are on average."""
    scores = [_score(run) for run in runs]
    widths = [run.high - run.low for run in runs if run.low is not None and run.high is not None]
    return max(scores) - min(scores), sum(widths) / len(widths) if widths else float("nan")


def number_word(number: int) -> str:
    """Write a small number as a word."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else f"{number:,}"


def _score(run: Run) -> float:
    assert run.score is not None
    return run.score


def _beats(run: Run, baseline: Run, metric: Metric, p_value: float, tried: int) -> bool:
    guess = _score(baseline)
    if not metric.better(_score(run), guess):
        return False
    # The end of the interval that is the worse one.
    worst = run.low if metric.higher_is_better else run.high
    return p_value < ALPHA / tried or (worst is not None and metric.better(worst, guess))


def _simplest(
    models: dict[str, Run], tied: tuple[str, ...], winners: tuple[str, ...], metric: Metric, p_values: dict[str, float]
) -> Recommendation:
    easiest = min(models[key].simplicity for key in winners)
    alike = [key for key in winners if models[key].simplicity == easiest]
    chosen = next(key for key in alike if _is_quick(models[key], [models[other] for other in alike]))
    title = models[chosen].title
    if len(tied) == 1:
        text = f"{title}: the best by more than chance." if len(models) > 1 else f"{title}: the only one that finished."
        return Recommendation(chosen, text, tied, p_values)
    apart, width = spread([models[key] for key in tied])
    group = [models[key] for key in tied]
    quick = models[chosen].row_seconds is not None and _is_quick(models[chosen], group, AS_FAST)
    text = (
        f"{title}: easiest to explain{' and as fast as any' if quick else ''} of {number_word(len(tied))} that cannot "
        f"be told apart (differences up to {metric.format(apart)}, intervals about {_wide(metric, width)} wide)."
    )
    if easiest != min(run.simplicity for run in group):
        text = text.replace(" of ", ", and better than guessing, of ", 1)
    return Recommendation(chosen, text + _in_use(models[chosen], group, quick=quick), tied, p_values)


def _is_quick(run: Run, others: Sequence[Run], factor: float = QUICKER) -> bool:
    """Whether a run takes at most so many times the time of the quickest; one not measured holds nobody back."""
    measured = [other.row_seconds for other in others if other.row_seconds is not None]
    return not measured or (run.row_seconds is not None and run.row_seconds <= factor * min(measured))


def _in_use(run: Run, group: Sequence[Run], *, quick: bool) -> str:
    """Say what one prediction and the model's file take, and what the fastest of the group would take."""
    if run.row_seconds is None:
        return ""
    file = "" if run.size_bytes is None else f", its file {size(run.size_bytes)}"
    said = f" One prediction takes it {blink(run.row_seconds)}{file}"
    if quick:
        return f"{said}."
    fastest = min((one for one in group if one.row_seconds is not None), key=lambda one: one.row_seconds or 0.0)
    return (
        f"{said}; the fastest, {fastest.title[:1].lower()}{fastest.title[1:]}, takes {blink(fastest.row_seconds or 0)}."
    )


def _wide(metric: Metric, width: float) -> str:
    text = metric.format(width)
    # A width is a rough thing: "0.07", not "0.068".
    return f"{width:.2f}" if metric.format is METRICS["roc_auc"].format and width >= 0.02 else text
