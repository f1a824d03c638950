"""The contract with new rows: what the user says of each column's values at prediction, and the rule it becomes."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Literal

from pydantic import BaseModel, ConfigDict

from core.data.dictionary import Allowed, Entry, allowed_words, read_allowed
from core.data.schema import ColumnSpec, ColumnType
from core.errors import InputError
from core.runtime.contract import FLAG, ColumnRule

Strictness = Literal["allow", "flag", "refuse"]


class ColumnContract(BaseModel):
    """What is said of one column; the default leaves all as it is without a contract.

    Attributes
    ----------
    absent : str
        A column that is not sent: ``refuse``, ``missing`` (read as missing), or empty: as the recipe needs it.
    missing, unreadable, beyond, unseen, not_allowed : str
        As :class:`core.runtime.contract.ColumnRule` has them.
    allowed : str or None
        What it may hold, as ``Entry.allowed``; ``None`` takes it from the data dictionary.
    """

    model_config = ConfigDict(frozen=True)

    absent: Literal["", "refuse", "missing"] = ""
    missing: Strictness = "allow"
    unreadable: Literal["", "missing", "refuse"] = ""
    beyond: Strictness = "flag"
    unseen: Strictness = "flag"
    not_allowed: Strictness = "flag"
    allowed: str | None = None


UNSAID = ColumnContract()
"""Of a column of which nothing was said."""


def allowed_of(contract: ColumnContract, entry: Entry | None) -> str:
    """Return what a column may hold, in the words of the contract or else of the dictionary."""
    if contract.allowed is not None:
        return contract.allowed
    return entry.allowed if entry else ""


def rule_of(contract: ColumnContract, spec: ColumnSpec, entry: Entry | None = None) -> ColumnRule:
    """Return the rule that travels with a model.

    Parameters
    ----------
    contract : ColumnContract
    spec : ColumnSpec
    entry : Entry, optional
        What the dictionary says of the column; allowed values that cannot be read, or of a date, allow everything.

    Returns
    -------
    ColumnRule
    """
    allowed = Allowed()
    if spec.type is not ColumnType.DATE:
        # What the contract says was read before it was stored; the dictionary may have met another type since.
        with suppress(InputError):
            allowed = read_allowed(allowed_of(contract, entry), spec.type) or allowed
    return ColumnRule(
        contract.missing,
        contract.unreadable,
        contract.beyond,
        contract.unseen,
        contract.not_allowed,
        allowed.low,
        allowed.high,
        allowed.values,
    )


def is_required(contract: ColumnContract, *, needed: bool) -> bool:
    """Whether a row must name the column."""
    return contract.absent == "refuse" if contract.absent else needed


def rule_words(rule: ColumnRule, *, required: bool) -> str:
    """Say what a rule asks beyond what every model asks; empty where that is nothing.

    Parameters
    ----------
    rule : ColumnRule
    required : bool
        Whether a row must name the column.
    """
    said = [] if required else ["may be left out"]
    doing = {"allow": "let through", "flag": "flagged", "refuse": "refused"}
    if rule.missing != "allow":
        said.append(f"missing values {doing[rule.missing]}")
    if rule.unreadable:
        said.append("unreadable values " + ("read as missing" if rule.unreadable == "missing" else "refused"))
    if rule.beyond != FLAG:
        said.append(f"numbers beyond training {doing[rule.beyond]}")
    if rule.unseen != FLAG:
        said.append(f"values never seen {doing[rule.unseen]}")
    if rule.bounds:
        said.append(
            f"allowed {allowed_words(Allowed(rule.low, rule.high, rule.values))}, others {doing[rule.not_allowed]}"
        )
    return "; ".join(said)


def said_of(contract: Mapping[str, ColumnContract]) -> dict[str, ColumnContract]:
    """Return the columns of which something is said."""
    return {name: given for name, given in contract.items() if given != UNSAID}
