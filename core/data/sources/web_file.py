"""A file at a web address: downloaded whole, named, and given to the reader."""

import codecs
import io
import re
from email.message import Message
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from core.data.detect import look_at
from core.data.formats import BY_ENDING, FORMATS, PACKED_ENDINGS
from core.data.options import ReadOptions
from core.data.sources.guarded import Answer, Client
from core.data.sources.look import begin_of
from core.data.sources.secrets import Carrier, equipped, refuse_secrets
from core.data.sources.source import Acquired, Origin, Reach
from core.errors import DataError
from core.limits import WEB_BYTES

_BY_TYPE: Final = {
    "text/csv": "csv",
    "application/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.apache.parquet": "parquet",
    "application/json": "json",
    "application/x-ndjson": "jsonl",
}
_BY_LOOK: Final = {key: entry.endings[0] for key, entry in FORMATS.items()} | {
    packing: ending if packing == "zip" else f"csv.{ending}" for ending, packing in PACKED_ENDINGS.items()
}
"""The ending a file is given whose name and type say nothing of use."""
_CHUNK: Final = 1024 * 1024


class UrlOrigin(Origin):
    """A file at a web address.

    Parameters
    ----------
    url : str
        Without a secret.
    secret_in : {"none", "header", "parameter"}
    secret_name, secret_prefix : str
        Name of the header or parameter whose value is the reach's secret, and what is written before it.
    """

    kind: Literal["url"] = "url"
    url: str
    secret_in: Carrier = "none"
    secret_name: str = ""
    secret_prefix: str = ""

    def words(self) -> str:
        """Say where the file came from."""
        parts = urlsplit(self.url)
        return f"{_last(parts.path) or 'File'} from {parts.hostname or 'the web'}"

    @property
    def needs_secret(self) -> bool:
        """Whether a secret goes along in a header or parameter."""
        return self.secret_in != "none"


def acquire(origin: UrlOrigin, reach: Reach) -> Acquired:
    """Download a file.

    Parameters
    ----------
    origin : UrlOrigin
    reach : Reach

    Returns
    -------
    Acquired
        The file as it came, under the name the server or the address gives it; for a look its beginning.

    Raises
    ------
    FairwayError
        It cannot be had whole, or is a web page.
    """
    refuse_secrets(origin.url)
    url, headers = equipped(
        origin.url.strip(), origin.secret_in, origin.secret_name, reach.secret, prefix=origin.secret_prefix
    )
    path = reach.folder / "download"
    with Client(reach, headers) as client:
        answer = client.download(url, path, most=WEB_BYTES)
    looks = look_at(path) if answer.whole else begin_of(path)
    if looks == "a web page (HTML)":
        raise DataError(
            "At this address stands a web page, not a file with a table.",
            next_step="Read the table of the page instead, or check whether the address first asks to sign in.",
        )
    name, warnings = named(answer, origin.url, looks)
    options, said = _encoding(answer, path, looks)
    if not answer.measured:
        said.append("The server did not say how long the file is; had the transfer been cut, it could not be noticed.")
    return Acquired(path, name, options, (*warnings, *said), answer.whole)


def named(answer: Answer, url: str, looks: str) -> tuple[str, list[str]]:
    """Name a download, with an ending that suits what it is.

    Parameters
    ----------
    answer : Answer
    url : str
        As the user gave it.
    looks : str
        What :func:`core.data.detect.look_at` says of the file.

    Returns
    -------
    name : str
    warnings : list of str
    """
    given = _from_header(answer.headers.get("content-disposition", ""))
    given = given or _last(urlsplit(url).path) or _last(urlsplit(answer.url).path)
    stem, ending = _split(given)
    if _takes(ending, looks):
        return given, []
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    wanted = _BY_TYPE.get(kind, "")
    if not _takes(wanted, looks):
        wanted = _BY_LOOK.get(looks, "")
    known = _parted(ending)[0] in BY_ENDING
    if not _takes(wanted, looks):
        # The reader says best what is wrong with it.
        return (given if known else f"{given or 'download'}.csv"), []
    warnings = [f"The name ends with .{ending}, but it was read as .{wanted}, which it is."] if known else []
    return f"{stem or 'download'}.{wanted}", warnings


def _takes(ending: str, looks: str) -> bool:
    plain, packed = _parted(ending)
    if packed:
        return looks == PACKED_ENDINGS[packed] and (plain in BY_ENDING or (packed == "zip" and not plain))
    promised = BY_ENDING.get(plain)
    if promised is None:
        return False
    return looks == "empty" or (looks in FORMATS and FORMATS[looks].family == promised.family)


def _parted(ending: str) -> tuple[str, str]:
    """Return the table's own ending, and the one of what it is packed in; empty where there is none."""
    if ending in PACKED_ENDINGS:
        return "", ending
    plain, _, packed = ending.rpartition(".")
    return (plain, packed) if packed in PACKED_ENDINGS else (ending, "")


def _split(name: str) -> tuple[str, str]:
    """Part a name from its ending, which is two-part for a packed file."""
    stem, dot, last = name.rpartition(".")
    if not dot:
        return name, ""
    if last.lower() in PACKED_ENDINGS:
        inner, dot, before = stem.rpartition(".")
        if dot and before.lower() in BY_ENDING:
            return inner, f"{before.lower()}.{last.lower()}"
    return stem, last.lower()


def _from_header(said: str) -> str:
    message = Message()
    message["Content-Disposition"] = said.replace("\r", " ").replace("\n", " ")
    try:
        given = message.get_filename() or ""
        # Headers come as Latin-1, and most servers write UTF-8 into them.
        given = given.encode("latin-1").decode("utf-8")
    except (UnicodeError, LookupError, ValueError, TypeError):
        given = str(message.get_filename() or "") if said.isascii() else ""
    return _clean(given)


def _last(path: str) -> str:
    return _clean(unquote(path.rstrip("/").rpartition("/")[2]))


def _clean(name: str) -> str:
    name = re.split(r"[/\\]", name)[-1]
    name = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]+", "", name).strip(" .")
    return name[-120:]


def _encoding(answer: Answer, path: Path, looks: str) -> tuple[ReadOptions, list[str]]:
    """Believe the server about the encoding where the bytes are not UTF-8 and are possible in what it names."""
    said = charset(answer)
    if looks != "text" or not said or _decodes(path, "utf-8") or _is_wide(path):
        return ReadOptions(), []
    # What is called Latin-1 on the web is Windows-1252, which has the same letters and more signs.
    for encoding in ("cp1252", said) if said in ("iso8859-1", "ascii") else (said,):
        if _decodes(path, encoding):
            return ReadOptions(encoding=encoding), [f"The encoding is {encoding}, as the server says."]
    return ReadOptions(), []


def charset(answer: Answer) -> str:
    """Return the encoding a server names, by its Python name; empty where it names none that is known."""
    message = Message()
    message["Content-Type"] = answer.headers.get("content-type", "").replace("\r", " ").replace("\n", " ")
    try:
        said = codecs.lookup(str(message.get_content_charset() or "")).name
        # Python has codecs that are no encodings of text, such as hex.
        io.TextIOWrapper(io.BytesIO(), encoding=said)
    except (LookupError, ValueError):
        return ""
    return said


def _is_wide(path: Path) -> bool:
    """Whether a text writes its letters in two bytes or four, which any narrow encoding would take for signs."""
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    return b"\x00" in head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while piece := file.read(_CHUNK):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
