"""Free text as numbers: weighted words, topics, and what a text looks like. The text itself stays for further steps."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from core.runtime.frames import FrameStep, Origins, extended, free_texts_in, texts, unused

READ_CHARACTERS = 20_000
"""Of a longer text the beginning is read."""
LEAST_ROWS = 5
"""Training rows a word must occur in; the words that are kept travel with the model."""
LONGEST_NUMBER = 3
"""A word with more digits in a row is no word but a number of somebody or something, and is not kept."""
_WORD = re.compile(r"\w\w+")
_DIGITS = re.compile(rf"\d{{{LONGEST_NUMBER + 1}}}")
_NUMBER = re.compile(r"\d")


def is_mail(piece: str) -> bool:
    """Say whether a piece between spaces holds an e-mail address."""
    name, at, place = piece.partition("@")
    return bool(name and at and "." in place.strip("."))


def is_link(piece: str) -> bool:
    """Say whether a piece between spaces holds a web address."""
    low = piece.lower()
    return "http://" in low or "https://" in low or low.lstrip("(<[").startswith("www.")


def terms_in(text: str | None, longest: int) -> list[str]:
    """Return the words of a text and their sequences, in lower case.

    A word has two letters or digits or more. E-mail and web addresses and long numbers are left out.

    Parameters
    ----------
    text : str or None
    longest : int
        Most words of a sequence.

    Returns
    -------
    list of str
    """
    if not text:
        return []
    told = text[:READ_CHARACTERS].lower()
    if "@" in told or "http" in told or "www." in told:
        told = " ".join(piece for piece in told.split() if not (is_mail(piece) or is_link(piece)))
    words = [word for word in _WORD.findall(told) if not _DIGITS.search(word)]
    found = list(words)
    for size in range(2, longest + 1):
        found += [" ".join(words[start : start + size]) for start in range(len(words) - size + 1)]
    return found


class _Vocabulary:
    """Counts the terms of one column of text by the weights of TF-IDF."""

    def __init__(self, terms: Sequence[str], weights: NDArray[np.float64], longest: int) -> None:
        self.places = {term: place for place, term in enumerate(terms)}
        self.weights = weights
        self.longest = longest

    def matrix(self, values: Iterable[str | None]) -> csr_matrix:
        """Return the weights of each text's terms, scaled so that their squares add up to 1; 0 for a text without."""
        ends, places, counts = [0], [], []
        for text in values:
            found: Counter[int] = Counter()
            for term in terms_in(text, self.longest):
                place = self.places.get(term)
                if place is not None:
                    found[place] += 1
            # In order of place, so that the sum over a row is the same to the last digit whatever its text begins with.
            for place in sorted(found):
                places.append(place)
                counts.append(found[place])
            ends.append(len(places))
        at = np.asarray(places, dtype=np.int32)
        weighted = np.asarray(counts, dtype=np.float64) * self.weights[at]
        row = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
        size = np.sqrt(np.bincount(row, weighted**2, minlength=len(ends) - 1))
        return csr_matrix((weighted / size[row], at, np.asarray(ends)), shape=(len(ends) - 1, len(self.places)))


def _learned(values: NDArray[np.object_], longest: int, most: int, common: float) -> tuple[list[str], Any]:
    """Return the terms that are kept, in order of the alphabet, and their weights (inverse document frequency)."""
    rows: Counter[str] = Counter()
    for text in values:
        rows.update(set(terms_in(text, longest)))
    known = sum(text is not None for text in values)
    kept = [term for term, n in rows.items() if n >= LEAST_ROWS and n <= common * known]
    terms = sorted(sorted(kept, key=lambda term: (-rows[term], term))[:most])
    # Salton's weight, smoothed as if one more text held every term.
    weights = np.log((1 + known) / (1 + np.array([rows[term] for term in terms], dtype=np.float64))) + 1
    return terms, weights


class _ReadsText(FrameStep):
    """A step that adds numbers made from columns of text."""

    added_: dict[str, tuple[str, ...]]

    def _add(self, wanted: str, name: str) -> None:
        self.added_[unused(wanted, {*self.columns_in_, *self.added_})] = (name,)

    def origins(self) -> Origins:
        """Return each column itself, and the text each new one is made from."""
        return {**super().origins(), **self.added_}

    def _with(self, X: pd.DataFrame, made: Sequence[Any]) -> pd.DataFrame:
        return extended(X, list(self.added_), np.hstack(made)) if made else X


class TextTerms(_ReadsText):
    """Add a column for each frequent word or sequence of words: its weight by TF-IDF.

    Parameters
    ----------
    columns : sequence of str, optional
        Columns of free text; all where none are named.
    longest : int
        Most words of a sequence.
    most : int
        Most terms of a column.
    common : float
        Terms in more than this share of the texts are left out.
    """

    def __init__(
        self, columns: Sequence[str] | None = None, longest: int = 1, most: int = 50, common: float = 0.5
    ) -> None:
        self.columns = columns
        self.longest = longest
        self.most = most
        self.common = common

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        self.terms_: dict[str, list[str]] = {}
        self.weights_: dict[str, NDArray[np.float64]] = {}
        self.added_: dict[str, tuple[str, ...]] = {}
        for name in free_texts_in(X, self.columns):
            terms, weights = _learned(texts(X, name), self.longest, self.most, self.common)
            if terms:
                self.terms_[name], self.weights_[name] = terms, weights
            for term in terms:
                self._add(f"{name}: {term}", name)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with the weights after the other columns."""
        made = [
            _Vocabulary(terms, self.weights_[name], self.longest).matrix(texts(X, name)).toarray()
            for name, terms in self.terms_.items()
        ]
        return self._with(X, made)


class TextTopics(_ReadsText):
    """Add a few numbers for what a text is about: latent semantic analysis, a truncated SVD of TF-IDF.

    Parameters
    ----------
    columns : sequence of str, optional
        Columns of free text; all where none are named.
    topics : int
        Most topics of a column.
    longest : int
        Most words of a sequence.
    most : int
        Most terms of a column.
    common : float
        Terms in more than this share of the texts are left out.
    random_state : int
        For the randomised decomposition.
    """

    def __init__(
        self,
        columns: Sequence[str] | None = None,
        topics: int = 10,
        longest: int = 1,
        most: int = 1000,
        common: float = 0.5,
        random_state: int = 7,
    ) -> None:
        self.columns = columns
        self.topics = topics
        self.longest = longest
        self.most = most
        self.common = common
        self.random_state = random_state

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        from sklearn.decomposition import TruncatedSVD

        self.terms_: dict[str, list[str]] = {}
        self.weights_: dict[str, NDArray[np.float64]] = {}
        self.directions_: dict[str, NDArray[np.float64]] = {}
        self.added_: dict[str, tuple[str, ...]] = {}
        for name in free_texts_in(X, self.columns):
            values = texts(X, name)
            terms, weights = _learned(values, self.longest, self.most, self.common)
            if not terms:
                continue
            matrix = _Vocabulary(terms, weights, self.longest).matrix(values)
            if len(terms) == 1:  # one word is its own direction, and the decomposition takes no fewer than two
                directions = np.ones((1, 1))
            else:
                svd = TruncatedSVD(min(self.topics, *matrix.shape), random_state=self.random_state)
                # The share explained divides by the spread, which is 0 where all texts agree; it is not used.
                with np.errstate(invalid="ignore", divide="ignore"):
                    directions = svd.fit(matrix).components_.T
            self.terms_[name], self.weights_[name] = terms, weights
            self.directions_[name] = np.ascontiguousarray(directions)
            for number in range(1, self.directions_[name].shape[1] + 1):
                self._add(f"{name}_topic_{number}", name)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with the topics after the other columns."""
        made = []
        for name, terms in self.terms_.items():
            matrix = _Vocabulary(terms, self.weights_[name], self.longest).matrix(texts(X, name))
            made.append(np.asarray(matrix @ self.directions_[name]))
        return self._with(X, made)


def _upper_share(text: str) -> float:
    letters = sum(letter.isalpha() for letter in text)
    return sum(letter.isupper() for letter in text) / letters if letters else 0.0


LOOKS: dict[str, Callable[[str], float]] = {
    "characters": len,
    "words": lambda text: len(text.split()),
    "digits": lambda text: sum(letter.isdigit() for letter in text),
    "upper_share": _upper_share,
    "has_email": lambda text: any(is_mail(piece) for piece in text.split()) if "@" in text else 0,
    "has_url": lambda text: any(map(is_link, text.split())) if "http" in text.lower() or "www" in text.lower() else 0,
    "has_number": lambda text: _NUMBER.search(text) is not None,
}
"""What a text looks like, to how it is computed; of a missing text all are 0."""


class TextLooks(_ReadsText):
    """Add numbers for what a text looks like: its length, its share of capitals, whether it holds an address.

    Parameters
    ----------
    columns : sequence of str, optional
        Columns of free text; all where none are named.
    looks : sequence of str
        Keys of ``LOOKS``.
    """

    def __init__(self, columns: Sequence[str] | None = None, looks: Sequence[str] = ("characters", "words")) -> None:
        self.columns = columns
        self.looks = looks

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        self.names_ = free_texts_in(X, self.columns)
        self.added_: dict[str, tuple[str, ...]] = {}
        for name in self.names_:
            for look in self.looks:
                self._add(f"{name}_{look}", name)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with those numbers after the other columns."""
        made = []
        for name in self.names_:
            told = [(text or "")[:READ_CHARACTERS] for text in texts(X, name)]
            looks = [[float(LOOKS[look](text)) for look in self.looks] for text in told]
            made.append(np.array(looks, dtype=np.float64).reshape(len(X), len(self.looks)))
        return self._with(X, made)
