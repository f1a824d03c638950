"""The quality report of a project's table."""

import re
from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from core.data.profile import Profile
from core.findings import Finding
from core.project.document import Project


def report_html(
    project: Project, table: pd.DataFrame, profile: Profile, findings: Sequence[Finding], *, now: datetime
) -> str:
    """Return the quality report as one HTML page."""
    from core.export.quality import Reported, quality_html

    assert project.table_schema is not None
    assert project.data is not None
    return quality_html(
        Reported(
            table,
            project.table_schema,
            project.frame,
            profile,
            findings,
            title=project.name,
            file=project.data.name,
            created=now,
            brought=project.data.imported,
            dictionary=project.dictionary,
            reference=project.reference_shares,
            warnings=project.data.warnings,
        )
    )


def report_name(project: Project) -> str:
    """Return the file's name: plain letters only, whatever the project is called."""
    plain = re.sub(r"[^a-z0-9]+", "-", project.name.casefold()).strip("-")[:40]
    return f"{plain or 'table'}-data-quality.html"
