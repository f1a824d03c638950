"""What is there is documented, what is documented is there, and the rules of the source hold."""

import argparse
import ast
import re
from pathlib import Path

import pytest

from core import limits
from core.cli.command import Command
from core.cli.main import COMMANDS
from core.cli.reading import add_reading
from core.cli.sources import add_source
from core.data import checks as data_checks
from core.data.samples import SAMPLES
from core.data.sources.registry import SOURCES as KINDS_OF_SOURCES
from core.evaluate import checks as evaluate_checks
from core.explain import checks as explain_checks
from core.fairness import checks as fairness_checks
from core.fairness.remedy import PLANS
from core.findings import Severity
from core.framing import check as frame_checks
from core.framing.metrics import METRICS
from core.framing.templates import TEMPLATES
from core.monitor import checks as monitor_checks
from core.monitor.checks import TITLES
from core.prepare import checks as prepare_checks
from core.prepare.steps import STEPS
from core.prepare.suggest.rules import RULES
from core.project import expecting, export_checks
from core.project.journey import STAGES
from core.settings import Settings
from core.train import checks as train_checks
from core.train.catalog import MODELS

ROOT = Path(__file__).resolve().parents[3]
GUIDE, REFERENCE = ROOT / "docs" / "guide", ROOT / "docs" / "reference"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
SOURCES = [
    ROOT / "app.py",
    *(path for name in ("core", "pages", "tests") for path in sorted((ROOT / name).rglob("*.py"))),
]
TEXTS = [*PAGES, *(path for path in SOURCES if path.parts[len(ROOT.parts)] != "tests"), *ROOT.glob("core/**/*.j2")]
MOST_LINES = 400
OPERATORS_PATHS = re.compile(r"(?<![\w.])/(work|home/\w+|root|Users/\w+|tmp/\w+)/|[A-Z]:\\Users")


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def rows(page: Path, column: int = 0) -> dict[str, str]:
    """The lines of a page's tables by the code in a column."""
    found = {}
    for line in text(page).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if len(cells) > column and (code := re.fullmatch(r"`([^`]+)`", cells[column])):
            found[code[1]] = line
    return found


def code_without(page: str) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE)


# Registries


def test_every_step_and_each_of_its_settings_has_its_line() -> None:
    settings = {f"{kind}.{param.name}" for kind, spec in STEPS.items() for param in spec.params}
    assert set(rows(REFERENCE / "steps.md")) == {*STEPS, *settings}


def test_every_model_has_its_line() -> None:
    assert set(rows(REFERENCE / "models.md")) == set(MODELS)


def test_every_metric_has_its_line() -> None:
    lines = rows(REFERENCE / "metrics.md")
    assert set(lines) == set(METRICS)


def test_every_rule_of_suggestions_has_its_line() -> None:
    assert set(rows(REFERENCE / "suggestions.md")) == set(RULES)


def test_every_source_has_its_line() -> None:
    assert set(rows(REFERENCE / "sources.md")) == set(KINDS_OF_SOURCES)


@pytest.mark.parametrize(
    ("page", "titles"),
    [
        ("steps.md", {kind: spec.title for kind, spec in STEPS.items()}),
        ("suggestions.md", {key: rule.title for key, rule in RULES.items()}),
        ("sources.md", {key: kind.title for key, kind in KINDS_OF_SOURCES.items()}),
        ("models.md", {key: model.title for key, model in MODELS.items()}),
        ("metrics.md", {key: f"{metric.plain} ({metric.title})" for key, metric in METRICS.items()}),
    ],
)
def test_the_lines_say_the_titles_of_the_screens(page: str, titles: dict[str, str]) -> None:
    lines = rows(REFERENCE / page)
    assert [key for key, title in titles.items() if f"| {title} |" not in lines[key]] == []


def codes_of(path: Path) -> set[str]:
    """The codes of the findings a module makes; a part that is filled in stands as an asterisk."""
    found = set()
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
            given = [keyword.value for keyword in node.keywords if keyword.arg == "code"] + node.args[:1]
            parts = given[0].values if isinstance(given[0], ast.JoinedStr) else given[:1]
            found.add("".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in parts))
    return found


FINDING_CODES = {code for path in SOURCES if name_of(path).startswith("core/") for code in codes_of(path)}
FILLED_IN = {
    "by-heart-*": {"by-heart-…"},
    "missing-left-*": {"missing-left-numbers", "missing-left-categories"},
    "watch-*": {f"watch-{kind}" for kind in TITLES},
}
"""Codes that are put together from a part that differs: what they become."""


def test_every_finding_of_the_coach_has_its_line() -> None:
    expected = {full for code in FINDING_CODES for full in FILLED_IN.get(code, {code})}
    assert not [code for code in expected if "*" in code], "say in FILLED_IN what the code becomes"
    assert set(rows(REFERENCE / "checks.md")) == expected


CHECKS = {
    "frame": frame_checks.CHECKS,
    "data": data_checks.CHECKS,
    "prepare": prepare_checks.CHECKS,
    "train": train_checks.CHECKS,
    "evaluate": (*evaluate_checks.CHECKS, *expecting.CHECKS),
    "explain": explain_checks.CHECKS,
    "fairness": fairness_checks.CHECKS,
    "export": export_checks.CHECKS,
    "monitor": monitor_checks.CHECKS,
}
SAID = {Severity.ERROR: "Must be settled", Severity.WARNING: "Look at this", Severity.INFO: "Good to know"}
TOLD_TWICE = {"no-sensitive-column", "not-better-than-baseline", "small-groups", "missing-values"}
"""Codes met at two steps, or of a check whose worse finding has a line of its own."""


@pytest.mark.parametrize("stage", STAGES)
def test_every_check_of_a_stage_has_its_line_with_its_severity(stage: str) -> None:
    lines = {code.removesuffix("-…"): line for code, line in rows(REFERENCE / "checks.md").items()}
    codes = [check.code for check in CHECKS[stage]]
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if code not in lines] == []
    once = [check for check in CHECKS[stage] if check.code not in TOLD_TWICE]
    assert [check.code for check in once if f"| {SAID[check.severity]} |" not in lines[check.code]] == []


@pytest.mark.parametrize("stage", STAGES)
def test_every_step_of_the_journey_has_its_page(stage: str) -> None:
    page = text(GUIDE / f"{stage}.md")
    sentence = re.match(rf"# {stage.capitalize()}\n\n\*(.+)\*\n", page)
    assert sentence, "a page begins with the screen's title and its sentence"
    assert sentence[1] in text(ROOT / "pages" / f"{stage}.py")
    assert f"({stage}.md)" in text(GUIDE / "index.md")


def test_every_sample_template_and_remedy_is_named() -> None:
    for page, titles in {
        "data.md": [sample.title for sample in SAMPLES.values()],
        "frame.md": [template.title for template in TEMPLATES.values()],
        "fairness.md": [plan.title for plan in PLANS.values()],
    }.items():
        assert [title for title in titles if title not in text(GUIDE / page)] == [], page


# Settings, limits, commands


def test_every_setting_has_its_line() -> None:
    used = {name for path in TEXTS if path.suffix != ".md" for name in re.findall(r"FAIRWAY_[A-Z_]*[A-Z]", text(path))}
    said = set(re.findall(r"``(FAIRWAY_[A-Z_]+)``", Settings.__doc__ or ""))
    assert said <= used
    lines = {name for name in rows(GUIDE / "settings.md") if name.startswith("FAIRWAY_")}
    assert lines == {name for name in used if not name.startswith("FAIRWAY_TEST_")}


def in_words(name: str, value: object) -> str:
    if isinstance(value, tuple):
        return f"{value[0]:,} to {value[1]:,}"
    assert isinstance(value, (int, float))
    if name.endswith("_BYTES"):
        return f"{value // limits.MB:,} MB"
    return f"{100 * value:g}%" if name.endswith("_SHARE") else f"{value:,}"


def test_every_limit_has_its_line_with_its_value() -> None:
    values = {name: value for name, value in vars(limits).items() if name.isupper() and name != "MB"}
    lines = rows(GUIDE / "limits.md", column=2)
    assert set(lines) == set(values)
    assert [name for name, value in values.items() if f"| {in_words(name, value)} |" not in lines[name]] == []


def section_of(title: str) -> str:
    sections = re.split(r"^## ", text(GUIDE / "command-line.md"), flags=re.MULTILINE)
    return next((part for part in sections if part.startswith(f"{title}\n")), "")


def named_in(words: str) -> set[str]:
    return set(re.findall(r"--[a-z][a-z-]*", words)) - {"--help", "--json"}


def shared() -> set[str]:
    """The options of every command that takes DATA."""
    parser = argparse.ArgumentParser()
    add_reading(parser)
    add_source(parser)
    return named_in(parser.format_help())


def test_what_every_command_with_data_takes_is_documented_once() -> None:
    assert named_in(code_without(section_of("What DATA may be"))) == shared()


@pytest.mark.parametrize("command", COMMANDS, ids=[command.name for command in COMMANDS])
def test_every_command_and_option_is_documented(command: Command) -> None:
    section = section_of(f"`{command.name}`")
    assert section, f"the command line's page has no section `{command.name}`"
    parser = argparse.ArgumentParser(prog=command.name)
    command.arguments(parser)
    expected = named_in(parser.format_help())
    takes_data = any(action.dest == "data" for action in parser._actions)
    assert (expected >= shared()) == takes_data
    assert expected - shared() == named_in(code_without(section))


def test_no_command_is_documented_that_is_gone() -> None:
    said = re.findall(r"^## `([a-z-]+)`$", text(GUIDE / "command-line.md"), flags=re.MULTILINE)
    assert said == [command.name for command in COMMANDS]


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text(ROOT / "Makefile"), flags=re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"(?:^|`)make ([a-z-]+)", text(page), flags=re.MULTILINE)}
    assert named <= targets
    assert {"run", "test", "check", "bench", "screenshots"} <= named


# Links


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", code_without(text(page)), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", code_without(text(page))):
        if target.startswith("http"):
            continue
        place, _, anchor = target.partition("#")
        path = (page.parent / place).resolve() if place else page
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), target


def test_every_picture_is_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\((docs/[^)]+)\)", text(ROOT / "README.md"))
    assert len(pictures) == 2
    assert [name for name in pictures if not (ROOT / name).is_file()] == []


# The source


@pytest.mark.parametrize("folder", ["core", "pages", "tests"])
def test_no_file_is_longer_than_400_lines(folder: str) -> None:
    long = {name_of(path): len(text(path).splitlines()) for path in SOURCES if name_of(path).startswith(f"{folder}/")}
    assert {name: lines for name, lines in long.items() if lines > MOST_LINES} == {}


def test_core_never_imports_streamlit() -> None:
    for path in (path for path in SOURCES if name_of(path).startswith("core/")):
        for node in ast.walk(ast.parse(text(path))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(module.partition(".")[0] == "streamlit" for module in modules), name_of(path)


def test_no_text_names_a_place_on_somebodys_machine() -> None:
    assert {name_of(path): found[0] for path in TEXTS if (found := OPERATORS_PATHS.search(text(path)))} == {}
