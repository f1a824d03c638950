"""Results of the open project, each cached under the fingerprint of what it was made from."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from core.errors import FairwayError
from core.project import calibrating, judge
from core.project.document import Project, Watch
from core.project.expecting import checked
from core.project.fingerprint import data_fingerprint, digest, frame_fingerprint, training_fingerprint
from core.project.journey import chosen_run, stage_fingerprint
from core.project.target import reasons
from core.train.board import Leaderboard
from pages.components import session, shelf

KEPT = 8
"""Results of a kind kept in memory, over all sessions."""
KEPT_SMALL = 128
"""The same of what is drawn from them: charts, sentences, the bounds of a slider."""


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _profile(fingerprint: str, _project: Project) -> Any:
    return judge.profile(_project, session.table(_project))


def profile(project: Project) -> Any:
    """Return the profile of the project's table."""
    return _profile(digest([data_fingerprint(project), project.split.model_dump(mode="json")]), project)


@st.cache_resource(show_spinner=False, max_entries=KEPT_SMALL)
def _proposed(fingerprint: str, _project: Project) -> dict[str, str]:
    return reasons(_project.frame, session.table(_project)[_project.frame.target])


def proposed(project: Project) -> dict[str, str]:
    """Return why task, positive outcome and metric are as proposed, for a project with a target in its table."""
    frame, costs = project.frame, project.frame.costs.model_dump(mode="json")
    content = project.data.content_hash if project.data else None
    return _proposed(digest([content, frame.target, frame.task, frame.positive, frame.metric, costs]), project)


def problem(project: Project) -> Any:
    """Return what training works on; raises in plain words where frame and table do not fit."""
    return shelf.keep(
        ("problem", training_fingerprint(project)),
        lambda: judge.problem(project, session.table(project)),
        size=lambda built: shelf.bytes_of(built.X),
    )


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _split_proposals(fingerprint: str, _project: Project) -> Any:
    from core.prepare.proposal import propose_splits

    assert _project.table_schema is not None
    return propose_splits(session.table(_project), _project.table_schema, _project.frame)


def split_proposals(project: Project) -> Any:
    """Return the splits that the table and the frame speak for."""
    return _split_proposals(digest([data_fingerprint(project), frame_fingerprint(project)]), project)


def board(project: Project) -> Leaderboard | None:
    """Return the leaderboard of the training that was last started, as it stands now."""
    if project.training is None:
        return None
    read: dict[tuple[str, str], Leaderboard | None] = st.session_state.setdefault(session.BOARDS, {})
    key = (project.id, project.training)
    if key not in read:
        try:
            read[key] = session.workspace().training(*key).board()
        except FairwayError:
            # Unreadable is as good as gone: Train offers to begin again, and nothing else of the project is lost.
            read[key] = None
    return read[key]


def board_now(project: Project) -> Leaderboard | None:
    """Return the leaderboard as it stands at this moment, where a run of the script began before."""
    st.session_state[session.BOARDS] = {}
    return board(project)


def run_of(project: Project) -> str | None:
    """Return the key of the project's model."""
    return chosen_run(project, board(project))


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _pipeline(project_key: str, training: str, run: str) -> Any:
    return session.workspace().training(project_key, training).pipeline(run)


def pipeline(project: Project) -> Any:
    """Return the fitted pipeline of the project's model, as it ships."""
    kept = _pipeline(project.id, str(project.training), str(run_of(project)))
    return _shipped(_chances_mark(project), project, kept) if project.calibration else kept


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _shipped(fingerprint: str, _project: Project, _kept: Any) -> Any:
    return calibrating.shipped(_project, _kept, raw_outcomes(_project))


def _chances_mark(project: Project) -> str:
    named = [project.id, project.training, run_of(project)]
    return digest([*named, project.calibration] if project.calibration else named)


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _corrections(fingerprint: str, _project: Project) -> Any:
    from core.evaluate.calibrate import corrections

    raw = raw_outcomes(_project)
    return corrections(raw.outcomes, raw.folds, seed=_project.plan.seed)


def corrections(project: Project) -> Any:
    """Return every way to correct the chances of the project's model, judged; none where it cannot be done."""
    return _corrections(digest([project.id, project.training, run_of(project)]), project)


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _outcomes(project_key: str, training: str, run: str) -> Any:
    kept = session.workspace().training(project_key, training)
    return judge.Judged(kept.outcomes(run), kept.folds(run), kept.rows(run))


def raw_outcomes(project: Project) -> Any:
    """Return out-of-fold predictions of the project's model, before line and remedy."""
    return _outcomes(project.id, str(project.training), str(run_of(project)))


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _judged(fingerprint: str, _project: Project) -> Any:
    return judge.decided(_project, problem(_project), raw_outcomes(_project))


def judged(project: Project) -> Any:
    """Return out-of-fold outcomes of the project's model at its line and with its remedy."""
    return _judged(_model_mark(project), project)


def _model_mark(project: Project) -> str:
    # costs, limit and measure of the frame change what is said of a model, not the model
    return digest([project.id, stage_fingerprint(project, "evaluate", board(project)), frame_fingerprint(project)])


@st.cache_resource(show_spinner=False, max_entries=KEPT_SMALL)
def _drawn(fingerprint: str, _make: Callable[[], Any]) -> Any:
    return _make()


def drawn(project: Project, *what: object, make: Callable[[], Any]) -> Any:
    """Return what is drawn of the project's model as it is judged, made once for all who look at it.

    ``what`` names it among all that is drawn of this model, with whatever else it depends on, such as a dark page.
    """
    return _drawn(digest([_model_mark(project), *what]), make)


def results_board(project: Project) -> Leaderboard:
    """Return the leaderboard; call only where one exists."""
    found = board(project)
    assert found is not None
    return found


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _evaluation(fingerprint: str, _project: Project) -> Any:
    run = run_of(_project)
    assert run is not None
    return judge.evaluation(_project, judged(_project), results_board(_project), run)


def evaluation(project: Project) -> Any:
    """Return the evaluation of the project's model on the rows left out."""
    return _evaluation(_model_mark(project), project)


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _slices(fingerprint: str, _project: Project) -> Any:
    from core.project import failing

    return failing.slices(problem(_project), judged(_project))


def expectations(project: Project) -> Any:
    """Return how each expectation stands on the rows left out."""
    made = judged(project)
    expected = [one.model_dump(mode="json") for one in project.expectations]

    def make() -> Any:
        return checked(project, problem(project), made.outcomes, made.rows)

    return drawn(project, "expectations", expected, make=make)


def slices(project: Project) -> Any:
    """Return the parts of the rows left out on which the project's model fails."""
    return _slices(_model_mark(project), project)


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _explanation(fingerprint: str, _project: Project) -> Any:
    return judge.explanation(_project, problem(_project), pipeline(_project))


def explanation(project: Project) -> Any:
    """Return the contributions of columns in the project's model."""
    return _explanation(_chances_mark(project), project)


@st.cache_resource(show_spinner=False, max_entries=KEPT * 2)
def _audit(fingerprint: str, column: str, _project: Project) -> Any:
    return judge.audit(_project, problem(_project), judged(_project), column)


def audit(project: Project, column: str) -> Any:
    """Return the rates by group of one sensitive column."""
    return _audit(_model_mark(project), column, project)


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _pair(fingerprint: str, _project: Project, first: str, second: str) -> Any:
    from core.evaluate.pointwise import compare_rows

    one, other = (_outcomes(_project.id, str(_project.training), run) for run in (first, second))
    at = [replace(kept.outcomes, threshold=_project.threshold) for kept in (one, other)]
    metric = results_board(_project).metric
    return compare_rows(*at, (one.rows, other.rows), one.folds, metric, seed=_project.plan.seed)


def pair(project: Project, first: str, second: str) -> Any:
    """Return two models of the training, row by row, as they were trained and at the project's line."""
    return _pair(digest([project.id, project.training, project.threshold]), project, first, second)


@st.cache_resource(show_spinner=False, max_entries=KEPT_SMALL)
def _tuned(fingerprint: str, _family: Any, _seed: int) -> Any:
    from core.train.tuned import importances

    return importances(_family, seed=_seed)


def tuned(project: Project, family: Any) -> Any:
    """Return which settings of a family of tuned draws mattered; ``None`` where too few can be compared."""
    draws = [[sorted(one.params.items()), one.score, one.ended_early] for one in family.draws]
    return _tuned(digest([family.key, draws, project.plan.seed]), family, project.plan.seed)


def chosen_of(project: Project, found: Leaderboard) -> str | None:
    """Return the key of the project's model on a board."""
    return chosen_run(project, found)


def forecast_sentence(project: Project) -> str:
    """Return what a training would take, in one sentence."""
    on_cluster = bool(session.workspace().settings.dask_scheduler)
    return judge.forecast_sentence(project, problem(project), on_cluster=on_cluster)


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _effects(fingerprint: str, _project: Project) -> dict[str, str]:
    from core.prepare.preview import effects

    return effects(problem(_project))


def recipe_effects(project: Project) -> dict[str, str]:
    """Return what each step of the recipe does to the training rows, in a few words."""
    return _effects(
        digest([data_fingerprint(project), project.split.model_dump(), project.recipe.model_dump()]), project
    )


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _idle(fingerprint: str, _project: Project) -> dict[str, str]:
    from core.prepare.idle import idle_steps

    return idle_steps(problem(_project))


def idle_steps(project: Project) -> dict[str, str]:
    """Return, by step, why it has nothing to act on."""
    return _idle(digest([data_fingerprint(project), project.split.model_dump(), project.recipe.model_dump()]), project)


@st.cache_resource(show_spinner=False, max_entries=KEPT * 2)
def _preview(fingerprint: str, step_id: str, column: str | None, _project: Project) -> Any:
    from core.prepare.preview import preview_step

    return preview_step(problem(_project), step_id, column)


def preview(project: Project, step_id: str, column: str | None) -> Any:
    """Return one step's before and after on the training rows."""
    mark = digest([data_fingerprint(project), project.split.model_dump(), project.recipe.model_dump()])
    return _preview(mark, step_id, column, project)


@st.cache_resource(show_spinner=False, max_entries=64)
def _reaching(fingerprint: str, at: int, column: str, _project: Project) -> dict[str, int]:
    from core.prepare.preview import values_reaching

    return values_reaching(problem(_project), at, column)


def values_reaching(project: Project, at: int, column: str) -> dict[str, int]:
    """Return the values of a column with their training rows, as they reach a place of the recipe."""
    mark = digest([data_fingerprint(project), project.split.model_dump(), project.recipe.model_dump()])
    return _reaching(mark, at, column, project)


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _remedies(fingerprint: str, column: str, _project: Project) -> Any:
    from core.project.remedies import compare_remedies

    try:
        return compare_remedies(_project, problem(_project), raw_outcomes(_project), column)
    except FairwayError as error:
        return error.message


def remedies(project: Project, column: str) -> Any:
    """Return every remedy for a column, compared; or in words why there is none."""
    bare = project.updated(remedy=None)
    return _remedies(_model_mark(bare), column, bare)


@st.cache_resource(show_spinner=False, max_entries=64)
def _case(fingerprint: str, row: int, _project: Project) -> Any:
    return judge.explanation(_project, problem(_project), pipeline(_project), row)


def case(project: Project, row: int) -> Any:
    """Return the explanation of the row at one position of the table."""
    return _case(_chances_mark(project), row, project)


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _watch(fingerprint: str, content_hash: str, _project: Project, _kept: Watch) -> Any:
    from core.workspace.watching import report

    table = session.table(_project)
    return report(session.workspace(), _project, table, problem(_project), judged(_project), _kept)


def watch_report(project: Project, kept: Watch) -> Any:
    """Return what a later table was found to be against the training data."""
    exported = project.exports[-1].fingerprint if project.exports else ""
    return _watch(digest([_model_mark(project), exported]), kept.content_hash, project, kept)
