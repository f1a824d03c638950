"""Nothing a user writes is run as code: the calls that would are not in the code at all."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FILES = [ROOT / "app.py", *sorted((ROOT / "core").rglob("*.py")), *sorted((ROOT / "pages").rglob("*.py"))]
RUN = {"eval", "exec", "compile", "__import__"}
"""Built-in functions that make code of a text."""
METHODS = {"eval", "query"}
"""Methods of a table that make code of a text."""
LOADERS = {"pickle", "cloudpickle", "dill", "marshal", "shelve", "joblib"}
BETWEEN_OWN_PROCESSES = {"core/train/child.py", "core/train/fits.py", "core/train/wire.py"}
"""They speak with a process that Fairway itself started, over a pipe; no file of a user goes that way."""


def run_as_code(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RUN:
            found.append(node.func.id)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            found.append(f".{node.func.attr}")
    return found


def loaders(source: str) -> set[str]:
    tree = ast.parse(source)
    names = {one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names} & LOADERS


def test_what_would_run_a_text_is_found() -> None:
    assert run_as_code("x = eval(text)\ntable.query(text)\ntable.eval('a')\nre.compile(text)") == [
        "eval",
        ".query",
        ".eval",
    ]
    assert loaders("import pickle\nfrom joblib import load\nimport pickletools") == {"pickle", "joblib"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_text_is_run_as_code_and_no_pickle_of_a_user_is_loaded(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert run_as_code(source) == []
    if path.relative_to(ROOT).as_posix() not in BETWEEN_OWN_PROCESSES:
        assert loaders(source) == set()
