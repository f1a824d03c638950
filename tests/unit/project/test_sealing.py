"""Every opening of the sealed test counts; the last one of this very model is judged."""

from datetime import UTC, datetime, timedelta

from core.evaluate.enough import Ship
from core.evaluate.score import Score
from core.framing.frame import Frame, Task
from core.project.document import Project, SealOpening
from core.project.sealing import statement

NOW = datetime(2026, 3, 1, 9, 14, tzinfo=UTC)
LEFT_OUT = Score("roc_auc", 0.9, 0.88, 0.92, 800, "", 7)


def opening(fingerprint, score, days=0):
    at = NOW + timedelta(days=days)
    return SealOpening(
        at=at,
        fingerprint=fingerprint,
        run="r",
        rows=200,
        metric="roc_auc",
        score=score,
        low=score - 0.04,
        high=score + 0.04,
    )


def project(*seal):
    frame = Frame(target="left", task=Task.BINARY, positive="yes", metric="roc_auc", good_enough=0.8)
    return Project(id="p" * 22, name="Churn", created=NOW, changed=NOW, frame=frame, seal=seal)


def test_a_closed_seal_leaves_the_rows_left_out_to_judge_by():
    found = statement(project(), LEFT_OUT, "this")
    assert (found.openings, found.verdict.kind, found.verdict.sealed) == (0, Ship.SHIP, False)
    assert "800 training rows left out" in found.verdict.reason


def test_one_opening_of_this_model_decides():
    found = statement(project(opening("this", 0.70)), LEFT_OUT, "this")
    assert (found.verdict.kind, found.uncertainty) == (Ship.DO_NOT, "")
    assert found.dates == ("2026-03-01",)


def test_openings_of_other_models_widen_what_is_said_of_this_one():
    looks = project(opening("other", 0.6), opening("this", 0.843, days=2))
    assert statement(project(looks.seal[1]), LEFT_OUT, "this").verdict.kind is Ship.SHIP
    found = statement(looks, LEFT_OUT, "this")
    assert found.verdict.kind is Ship.CANNOT_TELL
    assert found.dates == ("2026-03-01", "2026-03-03")
    assert "opened 2 times" in found.uncertainty
