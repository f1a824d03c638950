"""Why a candidate failed, in plain words."""

import re

from core.errors import FairwayError

_PLACE = re.compile(r"""(?:[A-Za-z]:)?(?:[\\/][\w.\-@+ ]+){2,}[\\/]?|<[\w.]+ object at 0x[0-9a-f]+>|0x[0-9a-f]{6,}""")
_SMALLER = "Train on fewer rows or columns, or leave this model out."
MEMORY = f"It needed more memory than there is. {_SMALLER}"
ENDED = f"Its process was ended by the system, most likely because memory ran out. {_SMALLER}"
GAVE_UP = f"Its process gave up, most likely because memory ran out. {_SMALLER}"
ENDED_OFTEN = f"It ended every worker of the cluster that tried it, most likely because memory ran out. {_SMALLER}"

_KNOWN: tuple[tuple[str, str], ...] = (
    (
        r"contains NaN|NaN, infinity|missing values",
        "The recipe leaves missing values, which this model cannot take. Add a step that fills them.",
    ),
    (
        r"infinity or a value too large|Inputs? .*contains? infinity",
        "The recipe leaves values that are too large to calculate with. Add a step that caps outliers.",
    ),
    (
        r"could not convert string to float|pandas dtypes must be int, float or bool",
        "The recipe leaves text, which this model cannot read. Add a step that encodes categories.",
    ),
    (
        r"0 feature\(s\)|at least one array or dtype is required|No features|all features are",
        "The recipe leaves no column to learn from. Switch a step off, or give a column back its role.",
    ),
    (
        r"0 sample\(s\)|n_samples=0",
        "The recipe leaves no rows to learn from. Switch off the step that removes rows.",
    ),
    (
        r"at least 2 classes|number of classes has to be greater than one|only one class|one label",
        "One of the folds has rows of a single outcome only. Use fewer folds, or a stratified split.",
    ),
    (
        r"number of members in each class|least populated class|fewer? than \d+ examples? for at least one class"
        r"|less than \d+ examples? for at least one class",
        "An outcome has too few rows to be parted once more inside a fold. Merge rare outcomes, or leave them out.",
    ),
    (
        r"Singular matrix|did not converge|SVD",
        "Some columns repeat each other so closely that no solution was found. Leave one of them out.",
    ),
    (r"Unable to allocate|std::bad_alloc|MemoryError", MEMORY),
)

CRASHED = "Its process crashed."


def cause_in_words(error: BaseException) -> str:
    """Say why a fit failed, without class names, tracebacks or paths.

    Parameters
    ----------
    error : BaseException
        What the fit raised.

    Returns
    -------
    str
        One or two sentences.
    """
    if isinstance(error, FairwayError):
        return error.message
    if isinstance(error, MemoryError):
        return MEMORY
    text = str(error)
    for pattern, words in _KNOWN:
        if re.search(pattern, text, re.IGNORECASE):
            return words
    return f"It could not be fitted: {_first_sentence(text)}"


def exit_in_words(status: int | None) -> str:
    """Say why the process of a fit ended.

    Parameters
    ----------
    status : int or None
        The process's return code; negative for the signal that ended it.

    Returns
    -------
    str
        One sentence.
    """
    if status in (-9, 137):
        return ENDED
    if status is not None and status > 0:
        # The library of linear algebra ends the process by itself when it is refused memory.
        return GAVE_UP
    return CRASHED


def _first_sentence(text: str) -> str:
    # Quoted values, such as file names, may hold anything; what is left is the library's own sentence.
    cleaned = _PLACE.sub("…", " ".join(text.split()))
    sentence = re.split(r"(?<=[.;])\s", cleaned, maxsplit=1)[0].rstrip(".; ")[:200]
    return f"{sentence}." if sentence else "no reason was given."
