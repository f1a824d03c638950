"""What an expert fixes on the command line."""

import pytest

from core.cli.settings import directions_of, settings_of
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import TrainingError
from core.framing.frame import Costs, Frame, Task

AMOUNT = Frame(target="y", task=Task.REGRESSION)
YES = Frame(target="y", task=Task.BINARY, positive="yes")
SCHEMA = Schema(
    columns=(
        ColumnSpec(name="age", type=ColumnType.NUMBER),
        ColumnSpec(name="debt", type=ColumnType.NUMBER),
        ColumnSpec(name="town", type=ColumnType.CATEGORY),
        ColumnSpec(name="y", type=ColumnType.CATEGORY),
    )
)


def test_settings_are_read_as_what_they_are():
    given = ["gradient_boosting.rate=0.05", "gradient_boosting.leaves = 12", "gradient_boosting.loss=absolute"]
    assert settings_of(given, AMOUNT) == {"gradient_boosting": {"rate": 0.05, "leaves": 12, "loss": "absolute"}}
    assert settings_of(["gradient_boosting.random_cuts=true"], YES) == {"gradient_boosting": {"random_cuts": True}}
    assert settings_of([], AMOUNT) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rate=0.05", "'rate=0.05' fixes no setting"),
        ("gradient_boosting.rate", "fixes no setting"),
        ("other.rate=1", "There is no model 'other'"),
        ("logistic_regression.weights=balanced", "There is no model 'logistic_regression' for this kind"),
        ("gradient_boosting.depth=2", "Gradient boosting has no setting 'depth'"),
        ("gradient_boosting.weights=balanced", "Gradient boosting has no setting 'weights'"),
        ("gradient_boosting.leaves=5000", "leaves cannot be 5000; it must lie between 4 and 96"),
        ("gradient_boosting.leaves=many", "leaves cannot be many; it must be a number"),
        ("gradient_boosting.loss=cubic", "loss cannot be cubic; it must be one of squared"),
    ],
)
def test_what_cannot_be_fixed_is_refused_in_words(text, words):
    with pytest.raises(TrainingError, match=words.replace(".", "[.]")):
        settings_of([text], AMOUNT)


def test_weights_from_costs_need_both_costs():
    text = ["random_forest.weights=costs"]
    with pytest.raises(TrainingError, match="what each of the two errors costs"):
        settings_of(text, YES)
    priced = YES.model_copy(update={"costs": Costs(false_positive=1, false_negative=4)})
    assert settings_of(text, priced) == {"random_forest": {"weights": "costs"}}


def test_directions_are_of_numbers_the_model_sees():
    assert directions_of(["age"], ["debt"], SCHEMA, YES) == {"age": 1, "debt": -1}
    with pytest.raises(TrainingError, match="No direction can be asked of 'town'") as refused:
        directions_of(["town"], [], SCHEMA, YES)
    assert "age, debt" in refused.value.next_step
    with pytest.raises(TrainingError, match="both --rises and --falls"):
        directions_of(["age"], ["age"], SCHEMA, YES)
    several = YES.model_copy(update={"task": Task.MULTICLASS})
    with pytest.raises(TrainingError) as refused:
        directions_of(["age"], [], SCHEMA, several)
    assert refused.value.next_step == "Directions are for numbers, in a yes or no or an amount."
