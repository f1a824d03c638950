"""Steps on free text; they add numbers and leave the text, so that several may read one column.

They come after the encodings: their numbers have no gaps, and no step before need carry hundreds of columns along.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.data.schema import Schema
from core.errors import RecipeError
from core.limits import TEXT_COLUMNS
from core.prepare.kinds.types import TEXTS
from core.prepare.recipe import Step
from core.prepare.spec import Making, ParamSpec, Scope, StepSpec, listed

_SEQUENCES: Final = (("1", "Single words"), ("2", "Words and pairs"), ("3", "Words, pairs and triples"))


def _check_made(making: Making, each: int) -> None:
    made = len(making.columns) * each
    if made > TEXT_COLUMNS:
        raise RecipeError(
            f"It could make {made:,} columns; the most is {TEXT_COLUMNS:,}.",
            next_step="Choose fewer columns of text, or fewer numbers of each.",
        )


def _terms(making: Making) -> Any:
    from core.runtime.transformers import TextTerms

    most = int(making.params["most"])
    _check_made(making, most)
    return TextTerms(
        columns=list(making.columns),
        longest=int(making.params["sequences"]),
        most=most,
        common=float(making.params["common"]) / 100,
    )


def _topics(making: Making) -> Any:
    from core.runtime.transformers import TextTopics

    topics = int(making.params["topics"])
    _check_made(making, topics)
    return TextTopics(
        columns=list(making.columns),
        topics=topics,
        longest=int(making.params["sequences"]),
        most=int(making.params["most"]),
        common=float(making.params["common"]) / 100,
        random_state=making.seed,
    )


def _looks(making: Making) -> Any:
    from core.runtime.transformers import TextLooks

    looks = list(making.params["looks"])
    if not looks:
        raise RecipeError("Nothing to count is chosen.", next_step="Choose at least one.")
    _check_made(making, len(looks))
    return TextLooks(columns=list(making.columns), looks=looks)


def _whose(step: Step) -> str:
    return listed(step.columns) if step.columns else "free text"


def _say_terms(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    return f"Weigh up to {params['most']:g} words of {_whose(step)}"


def _say_topics(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    return f"Find up to {params['topics']:g} topics in {_whose(step)}"


def _say_looks(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    return f"Count lengths and patterns of {_whose(step)}"


_SEQUENCE: Final = ParamSpec("sequences", "What is counted", "choice", "1", _SEQUENCES)
_COMMON: Final = ParamSpec(
    "common",
    "Leave out words in more than (% of the texts)",
    "number",
    50,
    help="Words that are nearly everywhere, such as “the”, tell little.",
    low=1,
    high=100,
)
_KEPT: Final = "Only words in at least 5 training rows are kept; they travel with the model."

KINDS: Final = (
    StepSpec(
        kind="text_terms",
        place=85,
        title="Weigh words of text",
        family="text",
        icon="text_fields",
        summary="The most frequent words of a text become a column each: how often the text uses one, weighed by how "
        "rare it is (TF-IDF).",
        scope=Scope.LEARNED,
        suits=TEXTS,
        describe_with=_say_terms,
        build=_terms,
        reads_text=True,
        params=(
            _SEQUENCE,
            ParamSpec("most", "Most words of a column", "number", 50, help=_KEPT, low=1, high=200, whole=True),
            _COMMON,
        ),
    ),
    StepSpec(
        kind="text_topics",
        place=86,
        title="Find topics in text",
        family="text",
        icon="topic",
        summary="Words that occur together become a few topics, and each text its share in them (latent semantic "
        "analysis).",
        scope=Scope.LEARNED,
        suits=TEXTS,
        describe_with=_say_topics,
        build=_topics,
        reads_text=True,
        params=(
            ParamSpec("topics", "Most topics of a column", "number", 10, low=1, high=50, whole=True),
            _SEQUENCE,
            ParamSpec("most", "Most words of a column", "number", 1000, help=_KEPT, low=10, high=5000, whole=True),
            _COMMON,
        ),
    ),
    StepSpec(
        kind="text_looks",
        place=87,
        title="Count lengths and patterns of text",
        family="text",
        icon="format_size",
        summary="How long a text is and what it looks like: words, digits, capitals, whether it holds an address.",
        scope=Scope.FIXED,
        suits=TEXTS,
        describe_with=_say_looks,
        build=_looks,
        reads_text=True,
        params=(
            ParamSpec(
                "looks",
                "Count",
                "list",
                ["characters", "words", "digits", "upper_share", "has_email", "has_url", "has_number"],
                (
                    ("characters", "Characters"),
                    ("words", "Words"),
                    ("digits", "Digits"),
                    ("upper_share", "Share of capitals"),
                    ("has_email", "Has an e-mail address"),
                    ("has_url", "Has a web address"),
                    ("has_number", "Has a number"),
                ),
            ),
        ),
    ),
)
