"""Checks of the data: what would mislead a model, with the evidence and the click that settles it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

import pandas as pd

from core.data import column_checks as columns
from core.data import content_checks as content
from core.data import outcome_checks as outcomes
from core.data import row_checks as rows
from core.data import shape_checks as shape
from core.data.dictionary import Entry
from core.data.facts import DataFacts
from core.data.knowing.near import NearRepeats
from core.data.profile import Profile
from core.data.schema import Schema
from core.findings import Check, Finding, Severity, run_checks, worst_first
from core.framing.frame import Frame

CHECKS: Final = (
    Check("leak", "One column alone predicts the outcome", Severity.ERROR, columns.leaks),
    Check("leak-combined", "Columns that together are the outcome", Severity.ERROR, outcomes.disguises),
    Check("time-travel", "Values from after the prediction", Severity.WARNING, outcomes.time_travel),
    Check("missing-target", "Rows without an outcome", Severity.WARNING, rows.missing_target),
    Check("too-few-rows", "Few rows to learn from", Severity.WARNING, rows.too_few_rows),
    Check("disguised-missing", "Values that may mean “not known”", Severity.WARNING, columns.disguised_missing),
    Check("not-allowed", "Values the data dictionary does not allow", Severity.WARNING, content.not_allowed),
    Check("mixed-units", "Amounts in different units", Severity.WARNING, content.mixed_units),
    Check("mixed-types", "Numbers or dates mixed with words", Severity.WARNING, content.mixed_types),
    Check("personal-data", "Personal data", Severity.WARNING, content.personal_data),
    Check("label-noise", "Outcomes that do not fit", Severity.WARNING, outcomes.unlike),
    Check("contradictions", "Equal rows with different outcomes", Severity.WARNING, outcomes.contradictions),
    Check("identifier-like", "Columns that name rows", Severity.WARNING, columns.identifiers),
    Check("constant-column", "Columns that never change", Severity.WARNING, columns.constant),
    Check("small-groups", "Groups too small to judge", Severity.WARNING, rows.small_groups),
    Check("under-represented", "Groups rarer than elsewhere", Severity.WARNING, outcomes.misrepresented),
    Check("copied-column", "Columns that repeat another", Severity.WARNING, shape.copies),
    Check("too-many-categories", "Columns with many categories", Severity.WARNING, columns.too_many_categories),
    Check("duplicate-rows", "Rows that repeat another", Severity.WARNING, rows.duplicates),
    Check("near-repeats", "Rows that are nearly another", Severity.WARNING, shape.nearly_repeated),
    Check("spelling-variants", "Levels that differ in spelling", Severity.WARNING, content.variants),
    Check("missing-by-outcome", "Gaps that go with the outcome", Severity.WARNING, outcomes.missing_by_outcome),
    Check("imbalance", "A rare outcome", Severity.WARNING, rows.imbalance),
    Check("missing-values", "Columns with gaps", Severity.WARNING, columns.missing_values),
    Check("sensitive-as-feature", "The model sees a sensitive column", Severity.INFO, rows.sensitive_as_feature),
    Check("extremes", "Values far out", Severity.INFO, columns.extremes),
    Check("skewed", "Numbers a logarithm would straighten", Severity.INFO, shape.skewed),
    Check("near-constant", "Columns that hardly change", Severity.INFO, shape.near_constant),
    Check("rare-categories", "Levels with few rows", Severity.INFO, shape.rare_categories),
    Check("collinear", "Columns that say nearly the same", Severity.INFO, shape.collinear),
    Check("coded-missing", "Levels that say “no answer”", Severity.INFO, content.coded_missing),
    Check("dates-ahead", "Dates in the future", Severity.INFO, content.dates_ahead),
    Check("text-left-out", "Columns that are not used", Severity.INFO, columns.text_left_out),
)
"""Every check of the data, in the order in which findings of one severity are shown."""


def check_data(
    table_frame: pd.DataFrame,
    schema: Schema,
    frame: Frame,
    profile: Profile,
    *,
    balanced: tuple[str, ...] = (),
    handled: frozenset[tuple[str, str]] = frozenset(),
    dictionary: Mapping[str, Entry] | None = None,
    reference: Mapping[str, Mapping[str, float]] | None = None,
    brought: datetime | None = None,
    reads: Collection[str] = (),
    near: NearRepeats | None = None,
    checks: tuple[Check[DataFacts], ...] = CHECKS,
) -> list[Finding]:
    """Check a table under a frame.

    Parameters
    ----------
    table_frame : DataFrame
    schema : Schema
    frame : Frame
    profile : Profile
        Of the same table, schema and frame.
    balanced : tuple of str
        Columns whose shares the split plan keeps equal.
    handled : frozenset of (kind, column)
        What the active steps of the recipe act on; an empty column means every column the kind suits. A finding whose
        fix is such a step already is only noted.
    dictionary : mapping of str to Entry, optional
        What the user says of columns.
    reference : mapping of str to mapping, optional
        Sensitive column to its groups' shares elsewhere.
    brought : datetime, optional
        When the table was brought; later dates lie ahead.
    reads : collection of str
        Columns that the recipe reads; free text among them is used.
    near : NearRepeats, optional
        Of the same table and schema, where they were looked for before.
    checks : tuple of Check
        What to look for.

    Returns
    -------
    list of Finding
        Worst first, at most ``MOST_FINDINGS`` of one check. A check that fails is logged and leaves the others as they
        are.
    """
    dropped = frozenset(column for kind, column in handled if kind == "drop_columns")
    facts = DataFacts(
        table_frame,
        schema,
        frame,
        profile,
        balanced,
        dropped,
        dictionary or {},
        reference or {},
        brought,
        frozenset(reads),
        near,
    )
    return worst_first([_noted(finding, handled) for finding in run_checks(checks, facts)])


def _noted(finding: Finding, handled: frozenset[tuple[str, str]]) -> Finding:
    fix = finding.fix
    if fix is None or fix.action != "add_step":
        return finding
    kind = fix.params["kind"]
    named = fix.params.get("columns", [])
    if (kind, "") not in handled and not (named and all((kind, column) in handled for column in named)):
        return finding
    return replace(
        finding, severity=Severity.INFO, fix=None, evidence=f"{finding.evidence} A step of the recipe takes care of it."
    )
