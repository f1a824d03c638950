"""What stands open is told by stage, worst first, without what was accepted and without notes."""

from datetime import UTC, datetime

from core.export.facts import OpenFact
from core.findings import Finding, Severity
from core.project.changes import accept
from core.project.document import Project
from core.project.standing import examined, still_open

NOW = datetime(2026, 3, 1, 9, 14, tzinfo=UTC)
TIE = Finding("tie", Severity.WARNING, "Two models tie", "0.81 and 0.81.")
LEAK = Finding("leak", Severity.ERROR, "`pirat` leaks", "44 of 48 in `pirat`.", columns=("pirat",))
FEW = Finding("few", Severity.WARNING, "Few rows", "100 rows.")
NOTE = Finding("note", Severity.INFO, "Good to know", "It is.")
FOUND = {"train": (TIE,), "data": (NOTE, FEW, LEAK), "frame": ()}


def project() -> Project:
    return Project(id="p" * 22, name="Mortgages", created=NOW, changed=NOW)


def test_open_findings_stand_by_stage_and_worst_first_in_plain_text() -> None:
    assert still_open(project(), FOUND) == (
        OpenFact("data", "error", "pirat leaks", "44 of 48 in pirat."),
        OpenFact("data", "warning", "Few rows", "100 rows."),
        OpenFact("train", "warning", "Two models tie", "0.81 and 0.81."),
    )


def test_what_was_accepted_is_not_open() -> None:
    lived_with = accept(project(), LEAK, "data", "Known at the counter.", now=NOW)
    lived_with = accept(lived_with, FEW, "data", "No more to be had.", now=NOW)
    assert [found.title for found in still_open(lived_with, FOUND)] == ["Two models tie"]


def test_stages_without_a_finding_were_examined_all_the_same() -> None:
    assert examined(FOUND) == ("frame", "data", "train")
