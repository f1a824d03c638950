"""Every family of steps has its lesson."""

from pathlib import Path

import yaml

from core.prepare.spec import FAMILIES

LESSONS = Path(__file__).resolve().parents[3] / "assets" / "lessons"


def test_every_family_of_steps_has_a_whole_lesson() -> None:
    lessons = yaml.safe_load((LESSONS / "steps.yaml").read_text(encoding="utf-8"))
    assert list(lessons) == list(FAMILIES)
    assert all(set(lesson) == {"title", "text", "try", "wrong"} for lesson in lessons.values())
