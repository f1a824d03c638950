"""The bundle of a network that PyTorch taught: it answers without PyTorch, and says what it needs to learn again."""

import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.export.certificate import certify
from core.framing.frame import Task
from core.runtime import learning
from core.runtime.transformers import NetworkClassifier

WITHOUT = f"PyTorch, with which this network learns, is not installed here (pip install torch=={learning.PYTORCH}).\n"


def made_up(X, y, outputs: int, lesson: learning.Lesson) -> learning.Learned:
    """Weights drawn at random in the place of learned ones."""
    rng = np.random.default_rng(lesson.seed)
    sizes = [X.shape[1], *lesson.layers, outputs]
    weights = [rng.normal(0, 0.5, (one, other)) for one, other in pairwise(sizes)]
    return learning.Learned(weights, [rng.normal(size=size) for size in sizes[1:]], 2, [0.7, 0.6], [0.8, 0.7])


@pytest.fixture(scope="module")
def network(make: Callable):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "learn", made_up)
        return make(Task.BINARY, NetworkClassifier((6, 4), seed=7), scale=True)


def run(folder: Path, alone: Callable, *arguments: object) -> subprocess.CompletedProcess[str]:
    # Whatever is installed: beside the scripts lies a torch that cannot be imported.
    (folder / "torch.py").write_text("raise ImportError\n")
    command, environ = alone(folder)
    words = [*command, *map(str, arguments)]
    return subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture
def copied(network, tmp_path: Path) -> Path:
    return Path(shutil.copytree(network.folder, tmp_path / "copy"))


def test_it_is_certified_and_asks_for_no_pytorch(network) -> None:
    certificate = certify(network.folder, network.bundle.golden)
    assert certificate.offered, certificate.reasons
    assert (certificate.rows_checked, certificate.rows_agreeing) == (214, 214)
    asked = (network.folder / "requirements.txt").read_text("utf-8")
    assert "scikit-learn==" in asked
    assert "torch" not in asked


def test_it_answers_as_the_app_without_pytorch(network, copied: Path, alone: Callable, tmp_path: Path) -> None:
    network.table.to_csv(tmp_path / "in.csv", index=False)
    done = run(copied, alone, "predict.py", tmp_path / "in.csv", "--out", tmp_path / "out.csv")
    assert done.returncode == 0, done.stderr
    expected = network.spec.pipeline.predict_proba(network.problem.X)
    answers = pd.read_csv(tmp_path / "out.csv")[["probability_no", "probability_yes"]]
    np.testing.assert_allclose(answers, expected, rtol=0, atol=1e-9)


def test_the_script_says_that_learning_again_needs_pytorch(
    network, copied: Path, alone: Callable, tmp_path: Path
) -> None:
    script = (copied / "train.py").read_text("utf-8")
    assert "NetworkClassifier(layers=(6, 4), seed=7)" in script
    network.table.to_csv(tmp_path / "data.csv", index=False)
    done = run(copied, alone, "train.py", tmp_path / "data.csv")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", WITHOUT)


def test_with_pytorch_the_script_makes_the_same_network(make: Callable, alone: Callable, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed: make torch")
    made = make(Task.BINARY, NetworkClassifier((16, 8), seed=7), scale=True)
    assert certify(made.folder, made.bundle.golden).offered
    made.table.to_csv(tmp_path / "data.csv", index=False)
    command, environ = alone(made.folder)
    done = subprocess.run(
        [*command, "train.py", str(tmp_path / "data.csv")],
        cwd=made.folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "214 of 214 golden rows answered as by the bundle" in done.stdout
