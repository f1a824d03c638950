"""Recipes as files on the command line: written, read back to the same pipeline, and refused where they do not fit."""

import argparse
import json
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
import yaml

from core.cli.bringing import bring_table
from core.cli.main import COMMANDS
from core.cli.question import project_of
from core.cli.recipefile import read_recipe
from core.data.schema import ColumnType
from core.prepare.compile import compile_steps
from core.prepare.contract import ColumnContract
from core.prepare.document import to_yaml
from core.prepare.plan import SplitKind, SplitPlan
from core.prepare.recipe import Recipe, Step
from core.project.changes import with_defaults
from core.settings import Settings
from core.workspace import Workspace
from core.workspace.archive import export_project

NOW = datetime(2026, 3, 1, 9, 14, tzinfo=UTC)


@pytest.fixture
def homes(tmp_path):
    """A table with gaps, a date, a category and a group."""
    draws = np.random.default_rng(2)
    area = draws.uniform(20, 200, 120).round(1)
    table = pd.DataFrame(
        {
            "area": np.where(np.arange(120) % 9 == 0, np.nan, area),
            "town": draws.choice(["North", "South", "East"], 120),
            "listed": pd.date_range("2025-01-01", periods=120).strftime("%Y-%m-%d"),
            "street": np.arange(120) % 30,
            "sold": np.where(area + draws.normal(0, 40, 120) > 100, "yes", "no"),
        }
    )
    path = tmp_path / "homes.csv"
    table.to_csv(path, index=False)
    return path


def fit_arguments(*argv):
    """The arguments of ``fit``, read as the command reads them."""
    parser = argparse.ArgumentParser()
    next(command for command in COMMANDS if command.name == "fit").arguments(parser)
    return parser.parse_args([str(one) for one in argv])


def project_for(homes, *argv):
    given = fit_arguments(homes, "--target", "sold", *argv)
    return project_of(given, bring_table(given, target="sold"), now=NOW, written=read_recipe(given.recipe))


def pipeline_of(project):
    steps = compile_steps((project.recipe, project.table_schema, project.frame), scale=True, seed=project.plan.seed)
    return [(name, type(step).__name__, step.get_params()) for name, step in steps]


def test_a_recipe_written_and_read_makes_the_same_pipeline(run, homes, tmp_path):
    ran = run("recipe", homes, "--target", "sold", "--out", tmp_path / "r.yaml")
    assert (ran.status, ran.out.splitlines()[-1]) == (0, f"The recipe is in {tmp_path / 'r.yaml'}")
    plain, again = project_for(homes), project_for(homes, "--recipe", tmp_path / "r.yaml")
    assert [step.kind for step in again.recipe.steps] == [
        "date_parts", "fill_numbers", "fill_categories", "encode", "scale",
    ]  # fmt: skip
    assert pipeline_of(again) == pipeline_of(plain)
    assert again.split == plain.split
    changed = (
        (tmp_path / "r.yaml")
        .read_text()
        .replace("kind: fill_numbers", "kind: fill_numbers\n  settings: {strategy: mean}")
    )
    (tmp_path / "r.yaml").write_text(changed)
    assert pipeline_of(project_for(homes, "--recipe", tmp_path / "r.yaml")) != pipeline_of(plain)


def test_the_recipe_is_printed_where_no_file_is_named(run, homes):
    printed, told = run("recipe", homes, "--target", "sold"), run("recipe", homes, "--target", "sold", "--json")
    assert printed.out == told.json["yaml"]
    assert yaml.safe_load(printed.out)["fairway_recipe"] == 1
    assert told.json["steps"][1]["says"] == "Fill missing numbers with the median"


def test_columns_not_known_then_are_in_no_step(run, homes):
    ran = run("recipe", homes, "--target", "sold", "--unknown", "listed", "--json")
    assert "date_parts" not in [step["kind"] for step in ran.json["steps"]]


def test_what_the_file_says_of_the_split_holds_unless_an_option_says_otherwise(homes, tmp_path):
    plan = SplitPlan(kind=SplitKind.GROUP, column="street", folds=4, test_share=0.3, seed=11)
    (tmp_path / "r.yaml").write_text(to_yaml(Recipe(), plan))
    assert project_for(homes, "--recipe", tmp_path / "r.yaml").split == plan
    asked = project_for(homes, "--recipe", tmp_path / "r.yaml", "--folds", 3, "--seed", 5)
    assert asked.split == plan.model_copy(update={"folds": 3, "seed": 5})
    assert asked.plan.seed == 5
    other = project_for(homes, "--recipe", tmp_path / "r.yaml", "--split", "random").split
    assert (other.kind, other.column, other.folds) == (SplitKind.RANDOM, "", 4)


def test_fit_trains_by_the_file_and_packs_its_contract(run, homes, tmp_path):
    steps = (
        Step(id="out", kind="drop_columns", columns=("listed",)),
        Step(id="fill", kind="fill_numbers", params={"strategy": "constant", "value": 42}),
        Step(id="gone", kind="cap_outliers", columns=("nowhere",), on=False),
    )
    contract = {"area": ColumnContract(missing="refuse", allowed="0 to 500")}
    (tmp_path / "r.yaml").write_text(to_yaml(Recipe(steps=steps), SplitPlan(folds=2), contract))
    ran = run(
        "fit", homes, "--target", "sold", "--recipe", tmp_path / "r.yaml", "--budget", 30,
        "--draws", 0, "--no-blend", "--models", "decision_tree",
        "--out", tmp_path / "bundle", "--json",
    )  # fmt: skip
    assert ran.status == 0, ran.err
    assert "The recipe is that of r.yaml: 3 steps, 2 on" in ran.err
    asked = json.loads((tmp_path / "bundle" / "model" / "bundle.json").read_text("utf-8"))["input"]["columns"]
    assert [column["name"] for column in asked] == ["area", "town", "street"]
    rule = asked[0]["rule"]
    assert (rule["missing"], rule["low"], rule["high"]) == ("refuse", 0.0, 500.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "steps: []",
            "a version, so it is no recipe file. (File: r.yaml.)",
        ),
        (
            "fairway_recipe: 1\nsteps:\n- kind: scale\n  settings: {method: nope}",
            "Line 4: Step 1, Scale numbers, setting “method”",
        ),
        (
            "fairway_recipe: 1\nsteps:\n- kind: scale\n- {kind: cap_outliers, columns: [area, Area, town]}",
            "Step 2, Cap extremes: `Area` is not in the table and `town` is of another type. Correct the file; a step",
        ),
        ("fairway_recipe: 1\nsplit: {kind: group, column: house}", "The split plan: `house` is not in the table."),
        ("fairway_recipe: 1\nsplit: {balance: [town, sex]}", "The split plan: `sex` is not in the table."),
        (
            "fairway_recipe: 1\ncontract:\n  house: {missing: flag}",
            "What new rows must hold: `house` is not in the table.",
        ),
        (
            "fairway_recipe: 1\ncontract:\n  area: {allowed: 0 to lots}",
            "What new rows must hold: what `area` may hold cannot be read: “lots” is no number.",
        ),
        (
            "fairway_recipe: 1\ncontract:\n  area: {missing: maybe}",
            "Line 3: “area” of the contract: “missing” cannot be",
        ),
        (
            "fairway_recipe: 1\ncontract:\n  area: {wish: flag}",
            "Line 3: “area” of the contract may not hold “wish”, only absent,",
        ),
        ("\xff", "r.yaml is not written in UTF-8."),
    ],
)
def test_a_file_that_does_not_fit_is_refused_before_the_training(run, homes, tmp_path, text, said):
    (tmp_path / "r.yaml").write_bytes(text.encode("latin-1" if text == "\xff" else "utf-8"))
    ran = run("fit", homes, "--target", "sold", "--recipe", tmp_path / "r.yaml", "--out", tmp_path / "bundle")
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert not (tmp_path / "bundle").exists()


def test_a_recipe_file_that_is_not_there(run, homes, tmp_path):
    ran = run("fit", homes, "--target", "sold", "--recipe", tmp_path / "none.yaml", "--out", tmp_path / "bundle")
    assert (ran.status, ran.err) == (2, "The recipe file none.yaml cannot be read. Check its name and folder.\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "A recipe is made for a table and its outcome. Name DATA and --target"),
        (("homes.csv",), "A recipe is made for a table and its outcome."),
        (("homes.csv", "--project", "x"), "A project has its table and its outcome."),
    ],
)
def test_recipe_needs_a_table_or_a_project(run, arguments, said):
    ran = run("recipe", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_the_recipe_of_a_project_by_its_id_and_of_a_saved_one(run, homes, tmp_path, monkeypatch):
    monkeypatch.setenv("FAIRWAY_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FAIRWAY_DATABASE_URL", raising=False)
    given = fit_arguments(homes, "--target", "sold")
    read = bring_table(given, target="sold")
    workspace = Workspace.open(Settings.from_environment())
    project = workspace.create("Homes", now=NOW)
    held = project_of(given, read, now=NOW)
    contract = {"town": ColumnContract(unseen="refuse")}
    project = project.updated(frame=held.frame, table_schema=read.schema, contract=contract)
    project = workspace.save(with_defaults(project, read.frame), now=NOW)
    export_project(workspace, project.id, tmp_path / "homes.fairway")
    workspace.database.close()
    wanted = to_yaml(project.recipe, project.split, contract)
    assert read.schema["area"].type is ColumnType.NUMBER
    assert "unseen: refuse" in wanted
    for named in (project.id, tmp_path / "homes.fairway"):
        ran = run("recipe", "--project", named)
        assert (ran.status, ran.out) == (0, wanted)
    assert run("recipe", "--project", "nobodys").status == 2
