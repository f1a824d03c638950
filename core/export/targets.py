"""The export targets: what a bundle can be used for, each with the files it adds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from core.export.card import card_html, card_markdown
from core.export.code import training_script
from core.export.facts import BundleSpec
from core.export.templates import render_code


@dataclass(frozen=True)
class Target:
    """One use of a bundle.

    Parameters
    ----------
    title : str
        As the Export screen lists it.
    icon : str
        Material symbol.
    says : str
        One line on what it does.
    files : mapping of str to callable
        Path in the bundle to the function that writes its text. The container file copies them, the bundle's README
        lists them, and the hashes in ``model/bundle.json`` cover them.
    """

    title: str
    icon: str
    says: str
    files: Mapping[str, Callable[[BundleSpec], str]]


TARGETS: Final = (
    Target(
        "Web service",
        "dns",
        "FastAPI with a form, a schema and a container file",
        {"service.py": lambda _: render_code("service.py.j2", {})},
    ),
    Target(
        "Batch script",
        "terminal",
        "Scores a CSV file, and says what it could not read",
        {"predict.py": lambda _: render_code("predict.py.j2", {})},
    ),
    Target(
        "Training script",
        "code",
        "Makes the same model again from your data file",
        {"train.py": training_script},
    ),
    Target(
        "Model card",
        "description",
        "What it is for, how good, for whom not",
        {"MODEL_CARD.md": card_markdown, "model_card.html": card_html},
    ),
)
"""Every export target, in the order in which the screen lists them."""
