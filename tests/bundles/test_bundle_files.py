"""What a bundle holds, and what it does not."""

import ast
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from core.errors import BundleError
from core.export.bundle import build_bundle, zip_bundle
from core.runtime.bundle import INFO_PATH, UNHASHED, sha256


def test_every_file_is_hashed_but_the_two_that_cannot_be(binary) -> None:
    info = json.loads((binary.folder / INFO_PATH).read_text("utf-8"))
    assert set(info["files"]) == set(binary.bundle.files) - set(UNHASHED)
    assert all(sha256(binary.folder / name) == value for name, value in info["files"].items())


def test_the_code_in_it_is_the_apps_own(binary) -> None:
    runtime = Path(__file__).parents[2] / "core" / "runtime"
    for path in runtime.rglob("*.*"):
        if "__pycache__" not in path.parts:
            assert (binary.folder / "core/runtime" / path.relative_to(runtime)).read_bytes() == path.read_bytes()


def test_its_code_imports_nothing_else_of_the_app(binary) -> None:
    for path in binary.folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else []
            modules += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            assert all(not m.startswith("core") or m.startswith("core.runtime") for m in modules if m), path.name


def test_no_row_of_the_training_data_is_in_it(binary) -> None:
    texts = "".join(path.read_text("utf-8") for path in binary.folder.rglob("*") if path.suffix in (".json", ".csv"))
    # Incomes are written to the cent: all but the smallest and largest, which the schema names, must be absent.
    incomes = binary.problem.X["income"].iloc[binary.problem.split.train]
    inner = {f"{value}" for value in incomes} - {f"{incomes.min()}", f"{incomes.max()}"}
    present = {value for value in inner if re.search(rf"(?<![\d.]){re.escape(value)}(?!\d)", texts)}
    assert len(present) <= 41


def test_no_path_of_this_machine_is_in_it(binary) -> None:
    texts = [path.read_text("utf-8") for path in binary.folder.rglob("*") if path.suffix != ".skops" and path.is_file()]
    here = str(Path(__file__).parents[2])
    assert not any(here in text or str(binary.folder) in text for text in texts)


def test_the_same_folder_gives_the_same_zip(binary, tmp_path: Path) -> None:
    zip_bundle(binary.folder, tmp_path / "one.zip")
    (binary.folder / "README.md").touch()
    zip_bundle(binary.folder, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert {*binary.bundle.files} <= set(ZipFile(tmp_path / "one.zip").namelist())


def test_a_folder_that_is_not_empty_is_refused(binary, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    with pytest.raises(BundleError, match="not empty"):
        build_bundle(binary.spec, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_container_gets_every_file_the_hashes_name_and_no_more(binary) -> None:
    docker = (binary.folder / "Dockerfile").read_text("utf-8")
    copied = [word for line in docker.splitlines() if line.startswith("COPY") for word in line.split()[1:-1]]
    assert "." not in copied
    for name in json.loads((binary.folder / INFO_PATH).read_text("utf-8"))["files"]:
        assert any(name == source or name.startswith(f"{source}/") for source in copied), name


def test_the_container_runs_without_rights_and_tells_its_health(binary, multiclass) -> None:
    docker = (binary.folder / "Dockerfile").read_text("utf-8")
    assert re.search(r"(?m)^USER 10001$", docker)
    assert "HEALTHCHECK" in docker
    assert "libgomp1" in docker
    assert "libgomp1" not in (multiclass.folder / "Dockerfile").read_text("utf-8")


def pins(folder: Path) -> dict[str, str]:
    lines = (folder / "requirements.txt").read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


PROBE = """
import json, re, sys
from importlib.metadata import packages_distributions
from pathlib import Path

pinned = set(json.loads(sys.argv[1]))
before = set(sys.modules)
plain = lambda name: re.sub(r"[-_.]+", "-", name).lower()
owners = {top: set(map(plain, names)) for top, names in packages_distributions().items()}

class OnlyPinned:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in owners and not owners[top] & pinned:
            raise ModuleNotFoundError(f"{top} is not pinned", name=name)

sys.meta_path.insert(0, OnlyPinned())
import service, predict, train
from core.runtime.predict import load_bundle
golden = json.loads(Path("golden/golden.json").read_text("utf-8"))["rows"]
answers = load_bundle(".").predict_rows([row["input"] for row in golden])
largest = max(abs(a["probabilities"][k] - v) for a, row in zip(answers, golden)
              for k, v in row["expected"]["probabilities"].items())
used = sorted({owner for name in set(sys.modules) - before for owner in owners.get(name.partition(".")[0], ())})
print(json.dumps([used, largest]))
"""


def test_it_runs_on_what_it_pins_alone(binary, multiclass, alone: Callable) -> None:
    for made in (binary, multiclass):
        pinned = pins(made.folder)
        command, environ = alone(made.folder)
        done = subprocess.run(
            [*command, "-c", PROBE, json.dumps(list(pinned))],
            cwd=made.folder, env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        used, largest = json.loads(done.stdout.splitlines()[-1])
        assert set(used) <= set(pinned)
        assert {"scikit-learn", "numpy", "pandas", "scipy", "skops", "fastapi", "starlette"} <= set(used)
        assert largest <= 1e-9


def test_only_a_model_of_lightgbm_pins_it(binary, multiclass) -> None:
    assert "lightgbm" in pins(binary.folder)
    assert "lightgbm" not in pins(multiclass.folder)
    assert "streamlit" not in pins(binary.folder)
