"""The encoding of a text file: proven where it can be, else guessed and announced."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from core.errors import DataError

CHUNK = 1 << 20
SAMPLE = 1 << 16
CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x01\x1f"))
"""Control characters that a table in text does not hold; two that serve as delimiters are let through."""
CONTROL_SHARE = 0.02

BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks, longest first where one begins with another."""

WORDS = {
    "cp1252": "Windows-1252 (Western European)",
    "latin-1": "Latin-1 (Western European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "koi8_r": "KOI8-R (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp932": "Windows-31J (Shift JIS, Japanese)",
    "shift_jis": "Shift JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "gb2312": "GB 2312 (Chinese)",
    "big5": "Big5 (Chinese)",
    "cp949": "Windows-949 (Korean)",
    "euc_kr": "EUC-KR (Korean)",
}
"""What a guess is called; others by the name of their codec."""

_WRONG = "If letters look wrong, choose another encoding."


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a file become text.

    Parameters
    ----------
    name : str
        Name of the codec.
    errors : str
        ``"strict"``, or ``"replace"`` where a few damaged characters are shown as such.
    warning : str
        What was guessed; empty where the encoding is proven or was chosen.
    """

    name: str
    errors: str = "strict"
    warning: str = ""


def find_encoding(path: Path, chosen: str | None = None) -> Encoding:
    """Find the encoding of a text file by reading all of it once, a megabyte at a time.

    Parameters
    ----------
    path : Path
    chosen : str, optional
        The encoding the user chose; it is checked.

    Returns
    -------
    Encoding

    Raises
    ------
    DataError
        If the file is binary, or is not text in the chosen encoding.
    """
    if chosen:
        return _check_chosen(path, chosen)
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, name in BOMS:
        if head.startswith(mark):
            if _undecodable(path, name) is not None:
                raise _binary()
            return Encoding(name)
    wide = _without_mark(head)
    if wide is not None and _undecodable(path, wide) is None:
        return Encoding(wide, warning=f"The encoding was guessed: {wide.upper()}. {_WRONG}")
    sample = _undecodable(path, "utf-8", refuse_nul=True)
    if sample is None:
        if _control_share(head) > CONTROL_SHARE:
            raise _binary()
        return Encoding("utf-8")
    return _guess(path, sample)


def _check_chosen(path: Path, chosen: str) -> Encoding:
    try:
        "a".encode(chosen)
        name = codecs.lookup(chosen).name
    except (LookupError, UnicodeError, ValueError) as error:
        raise DataError(f"There is no text encoding called “{chosen}”.", next_step="Choose one of the list.") from error
    if name == "utf-8":
        with path.open("rb") as file:
            name = "utf-8-sig" if file.read(3) == codecs.BOM_UTF8 else name
    if _undecodable(path, name) is not None:
        raise DataError(
            f"The file is not text in the encoding {chosen}.",
            next_step="Choose another encoding, or let Fairway guess.",
        )
    return Encoding(name)


def _undecodable(path: Path, name: str, *, refuse_nul: bool = False) -> bytes | None:
    """Return the bytes from the first ones that do not decode, or ``None`` if all do."""
    decoder = codecs.getincrementaldecoder(name)("strict")
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if refuse_nul and b"\0" in chunk:
                raise _binary()
            try:
                decoder.decode(chunk)
            except UnicodeError as error:
                start = error.start if isinstance(error, UnicodeDecodeError) else 0
                return chunk[max(0, start - SAMPLE // 4) : start + SAMPLE]
        try:
            decoder.decode(b"", final=True)
        except UnicodeError:
            return b"\xff"
    return None


def _without_mark(head: bytes) -> str | None:
    """Name UTF-16 without a byte order mark: in Western text every second byte is zero."""
    if len(head) < 4 or b"\0" not in head:
        return None
    even, odd = head[0::2], head[1::2]
    if odd.count(0) > 0.4 * len(odd) and even.count(0) < 0.05 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.4 * len(even) and odd.count(0) < 0.05 * len(odd):
        return "utf-16-be"
    return None


def _guess(path: Path, sample: bytes) -> Encoding:
    if b"\0" in sample or _control_share(sample) > CONTROL_SHARE:
        raise _binary()
    replaced = sample.decode("utf-8", "replace")
    damaged = replaced.count("\ufffd")
    if sum(letter > "\x7f" for letter in replaced) > 10 * damaged:
        return Encoding(
            "utf-8", "replace", "The file is UTF-8 with a few damaged characters, which are shown as \ufffd."
        )
    name = _other_alphabet(sample) or "cp1252"
    for candidate in (name, "cp1252"):
        if _undecodable(path, candidate, refuse_nul=True) is None:
            words = WORDS.get(candidate, candidate)
            return Encoding(candidate, warning=f"The encoding was guessed: {words}. {_WRONG}")
    return Encoding("latin-1", warning=f"The encoding was guessed: {WORDS['latin-1']}. {_WRONG}")


def _other_alphabet(sample: bytes) -> str | None:
    """Ask charset-normalizer where letters beyond ASCII stand in runs, as in Cyrillic, Greek or Chinese text.

    In Western European text they stand alone among ASCII letters, and every library's guess is less sure than
    Windows-1252.
    """
    beyond = sum(byte > 127 for byte in sample)
    in_runs = sum(len(run) for run in re.findall(rb"[\x80-\xff]{3,}", sample))
    if beyond == 0 or in_runs < 0.5 * beyond:
        return None
    from charset_normalizer import from_bytes

    # Sorted by the share of odd letters; the share of common ones of a language tells Windows-1251 from Mac Cyrillic.
    found = list(from_bytes(sample))
    return max(found, key=lambda match: match.coherence).encoding if found else None


def _control_share(sample: bytes) -> float:
    return 1 - len(sample.translate(None, CONTROL)) / max(1, len(sample))


def _binary() -> DataError:
    return DataError(
        "This looks like binary data, not like a table in text.",
        next_step="Export the table as CSV, Excel or Parquet and bring that file.",
    )
