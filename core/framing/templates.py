"""Templates: frames to begin with, for six common cases. Costs in them are examples to be replaced."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.framing.frame import Costs, Frame, Task


@dataclass(frozen=True)
class Template:
    """A frame to begin with.

    Parameters
    ----------
    key, title, icon, summary : str
        Stable name, title, Material symbol, and one sentence on what it is for.
    frame : Frame
        Answers to begin with; the columns are still to be named. Its costs are examples.
    target_hints : tuple of str
        Words a target's name often holds, best first, in lower case.
    columns_to_doubt : tuple of str
        Kinds of columns that are often filled in only with or after the outcome, in words.
    false_positive, false_negative : str
        What the two errors are in this case; empty where the answer is an amount.
    """

    key: str
    title: str
    icon: str
    summary: str
    frame: Frame
    target_hints: tuple[str, ...]
    columns_to_doubt: tuple[str, ...]
    false_positive: str = ""
    false_negative: str = ""


_ALL = (
    Template(
        key="customer-churn",
        title="Customer churn",
        icon="person_remove",
        summary="Find the customers who are about to leave, while an offer can still keep them.",
        frame=Frame(
            question="Which customers should get an offer to stay?",
            template="customer-churn",
            task=Task.BINARY,
            metric="roc_auc",
            row_is="customer",
            predicted_at="on the first day of the month, before any notice is given",
            costs=Costs(false_positive=20, false_negative=200),
            fairness_measure="false_negative_rate",
            today="An offer goes to everybody who calls to complain.",
            harm="Customers who would have stayed with an offer, but never got one.",
        ),
        target_hints=("churn", "churned", "attrition", "left", "exited", "cancelled", "canceled", "retained"),
        columns_to_doubt=(
            "date or reason of the cancellation",
            "last bill, refund or final balance",
            "calls to the cancellation desk",
            "status of the account today",
        ),
        false_positive="An offer to a customer who would have stayed anyway",
        false_negative="A customer lost who could have been kept",
    ),
    Template(
        key="loan-approval",
        title="Loan approval",
        icon="account_balance",
        summary="Flag the applications that need a second reading before they are denied or granted.",
        frame=Frame(
            question="Which applications should get a second reading?",
            template="loan-approval",
            task=Task.BINARY,
            metric="roc_auc",
            row_is="application",
            predicted_at="when the application arrives",
            costs=Costs(false_positive=150, false_negative=900),
            fairness_measure="false_positive_rate",
            today="A clerk decides by rules of thumb.",
            harm="Applicants who are held up or denied although they would have paid.",
        ),
        target_hints=("deny", "denied", "approved", "approval", "default", "loan status", "status", "bad", "risk"),
        columns_to_doubt=(
            "insurance or guarantee decided together with the loan",
            "interest rate or grade that was given",
            "payments, recoveries and balances after the start",
            "date of the decision",
        ),
        false_positive="A good application flagged for nothing",
        false_negative="A bad application that went through",
    ),
    Template(
        key="delivery-delay",
        title="Delivery delay",
        icon="local_shipping",
        summary="Say how late a delivery will be, early enough to tell the customer.",
        frame=Frame(
            question="How late will this delivery be?",
            template="delivery-delay",
            task=Task.REGRESSION,
            metric="mae",
            row_is="delivery",
            predicted_at="when the delivery leaves",
            today="Everybody is told the planned time.",
            harm="People in places that are served late and are told too late.",
        ),
        target_hints=("arrival delay", "arr delay", "delay", "late", "lateness", "minutes late", "delivery time"),
        columns_to_doubt=(
            "actual time of arrival",
            "actual time on the way",
            "complaints and refunds",
            "status after delivery",
        ),
    ),
    Template(
        key="house-price",
        title="House price",
        icon="home",
        summary="Estimate what a house will sell for, from what is known when it is listed.",
        frame=Frame(
            question="What will this house sell for?",
            template="house-price",
            task=Task.REGRESSION,
            metric="mae",
            row_is="house",
            predicted_at="when the house is listed",
            today="An agent estimates from three similar sales.",
            harm="Sellers in quarters where estimates are systematically low.",
        ),
        target_hints=("sale price", "price", "value", "medv", "amount"),
        columns_to_doubt=(
            "type, condition and date of the sale",
            "tax value set after the sale",
            "days on the market",
            "price per area",
        ),
    ),
    Template(
        key="patient-readmission",
        title="Patient readmission",
        icon="local_hospital",
        summary="Find the patients who need a follow-up call after they go home.",
        frame=Frame(
            question="Which patients should get a follow-up call?",
            template="patient-readmission",
            task=Task.BINARY,
            metric="roc_auc",
            row_is="hospital stay",
            predicted_at="on the day the patient goes home",
            costs=Costs(false_positive=50, false_negative=2000),
            fairness_measure="false_negative_rate",
            today="The ward calls whom it remembers.",
            harm="Patients who needed the call and were not called.",
        ),
        target_hints=("readmitted", "readmission", "readmit", "returned", "within 30 days"),
        columns_to_doubt=(
            "anything recorded at the later stay",
            "final diagnosis codes that are filled in weeks later",
            "date of death or of the next visit",
            "total bill",
        ),
        false_positive="A call to a patient who was fine",
        false_negative="A patient who comes back and was not called",
    ),
    Template(
        key="equipment-failure",
        title="Equipment failure",
        icon="precision_manufacturing",
        summary="Find the machines to be serviced before they break down.",
        frame=Frame(
            question="Which machines should be serviced this week?",
            template="equipment-failure",
            task=Task.BINARY,
            metric="average_precision",
            row_is="machine week",
            predicted_at="at the start of the week",
            costs=Costs(false_positive=300, false_negative=5000),
            fairness_measure="false_negative_rate",
            today="Every machine is serviced after a fixed number of hours.",
            harm="People who work beside a machine that was thought to be sound.",
        ),
        target_hints=("failure", "failed", "machine failure", "fault", "breakdown", "broken", "defect", "down"),
        columns_to_doubt=(
            "kind or code of the failure",
            "repair orders and spare parts",
            "readings taken after the stop",
            "hours out of service",
        ),
        false_positive="A service that was not needed",
        false_negative="A breakdown that was not foreseen",
    ),
)
TEMPLATES: Final[dict[str, Template]] = {template.key: template for template in _ALL}
"""Every template by its key, in the order in which they are offered."""


def name_words(name: str) -> tuple[str, ...]:
    """Split a column's name into lower-case words: ``"SalePrice_USD"`` is sale, price, usd."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return tuple(re.findall(r"[^\W_]+", spaced.casefold()))


def suggest_target(template: Template, column_names: Iterable[str]) -> str | None:
    """Suggest the column that holds a template's outcome.

    Parameters
    ----------
    template : Template
    column_names : iterable of str
        Raw names, in the table's order.

    Returns
    -------
    str or None
        The first column whose whole name is a hint; else the first whose words hold one (hints in their order); else
        the first whose name contains one of at least five letters; ``None`` where none does.
    """
    names = [(name, name_words(name)) for name in column_names]
    hints = [tuple(hint.split()) for hint in template.target_hints]
    for hint in hints:
        for name, words in names:
            if words == hint or "".join(words) == "".join(hint):
                return name
    for hint in hints:
        for name, words in names:
            if any(words[start : start + len(hint)] == hint for start in range(len(words))):
                return name
    for hint in hints:
        joined = "".join(hint)
        for name, words in names:
            if len(joined) >= 5 and joined in "".join(words):
                return name
    return None
