"""The decision log of a project."""

from datetime import datetime

from core.project.document import Decision, Project


def logged(project: Project, stage: str, what: str, *, now: datetime, why: str = "") -> Project:
    """Return the project with one more line in its decision log."""
    return project.updated(decisions=(*project.decisions, Decision(at=now, stage=stage, what=what, why=why)))
