"""A finding that is kept on disk is the same when it is read again."""

import json

import pytest

from core.findings import Finding, Fix, Severity


@pytest.mark.parametrize(
    "finding",
    [
        Finding(
            "leak",
            Severity.ERROR,
            "One column",
            "400 of 400",
            "Why",
            ("fee",),
            Fix("Leave out", "leave_out", {"columns": ["fee"]}),
        ),
        Finding("note", Severity.INFO, "Good to know", "", acceptable=False),
    ],
)
def test_a_finding_survives_json(finding: Finding) -> None:
    assert Finding.from_dict(json.loads(json.dumps(finding.to_dict()))) == finding


def test_what_is_no_finding_is_refused() -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Finding.from_dict({"code": "leak", "severity": "loud", "columns": [], "fix": None})
