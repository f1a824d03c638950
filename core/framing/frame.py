"""The frame: what the user said at the start, which binds everything after it."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Task(StrEnum):
    """What kind of answer the model gives."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"

    @property
    def is_classification(self) -> bool:
        """Whether the answer is one of a few outcomes."""
        return self is not Task.REGRESSION

    @property
    def words(self) -> str:
        """The task in plain words."""
        return {"binary": "Yes or no", "multiclass": "One of several", "regression": "Amount"}[self.value]


class Costs(BaseModel):
    """What each error costs, in one currency; ``None`` where the user did not say.

    A false positive is a row flagged for nothing; a false negative is a positive outcome missed.
    """

    model_config = ConfigDict(frozen=True)

    false_positive: float | None = None
    false_negative: float | None = None
    currency: str = "$"

    @property
    def known(self) -> bool:
        """Whether both costs were given and at least one is not zero."""
        given = (self.false_positive, self.false_negative)
        return all(cost is not None for cost in given) and any(given)

    @property
    def line(self) -> float | None:
        """The chance from which flagging costs less than leaving alone; ``None`` unless both errors cost something.

        A flag costs ``false_positive`` in the share ``1 - p`` of such rows, leaving alone ``false_negative`` in the
        share ``p`` (Elkan, 2001, The foundations of cost-sensitive learning, IJCAI, section 1.2).
        """
        if not self.false_positive or not self.false_negative:
            return None
        return self.false_positive / (self.false_positive + self.false_negative)


class Frame(BaseModel):
    """The question, the outcome, the costs and who may be harmed.

    Attributes
    ----------
    question : str
        The decision the model serves, in the user's words.
    template : str
        Key of the template it began with, or empty.
    target, task, positive, metric
        The outcome's column, the kind of answer, the outcome looked for (binary only, as text), and the metric's key.
    row_is : str
        What one row is, in the singular: "mortgage application".
    predicted_at : str
        The moment of prediction, in the user's words.
    unknown_at_prediction : tuple of str
        Columns not known at that moment; they never reach the model.
    sensitive : tuple of str
        Columns that name groups who may be harmed. Audited; out of the model unless ``sensitive_as_features``.
    fairness_measure : str
        Key of the disparity that counts: ``selection_rate``, ``false_positive_rate`` or ``false_negative_rate``.
    fairness_limit : float
        Largest acceptable difference of that measure between groups, as a share (0.10 is ten points).
    good_enough : float or None
        The metric's value from which the model is worth using.
    today : str
        How the decision is made now, in the user's words.
    """

    model_config = ConfigDict(frozen=True)

    question: str = ""
    template: str = ""
    target: str | None = None
    task: Task | None = None
    positive: str | None = None
    metric: str | None = None
    row_is: str = ""
    predicted_at: str = ""
    unknown_at_prediction: tuple[str, ...] = ()
    costs: Costs = Costs()
    sensitive: tuple[str, ...] = ()
    sensitive_as_features: bool = False
    fairness_measure: str = "false_positive_rate"
    fairness_limit: float = 0.10
    good_enough: float | None = None
    today: str = ""
    harm: str = ""
    quantile: float = Field(default=0.5, ge=0.01, le=0.99)
    """Of the amounts: the share of outcomes that should lie below the answer, where a quantile is asked for."""
    flag_is_good: bool = False
    """Whether being flagged is what a person hopes for (an offer, a loan): the four-fifths rule then counts flags."""

    @property
    def complete(self) -> bool:
        """Whether enough is said to train: target, task, metric, and the positive outcome where there is one."""
        asked = [self.target, self.task, self.metric]
        if self.task is Task.BINARY:
            asked.append(self.positive)
        return all(answer not in (None, "") for answer in asked)

    @property
    def rows_are(self) -> str:
        """What the rows are, in the plural, for texts."""
        noun = self.row_is.strip() or "row"
        if noun.endswith("y") and noun[-2:-1] not in "aeiou":
            return noun[:-1] + "ies"
        return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")
