"""One SELECT and nothing else: what a user writes is read word by word before any database sees it.

The database is the second guard: every statement runs alone, in a transaction that may only read.
"""

import re
from collections.abc import Iterator

from core.errors import InputError

CHANGING = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "INTO"})
"""Words that change data wherever they stand in a statement that begins with SELECT or WITH."""

REACHING = frozenset(
    {
        "LOAD_FILE", "LOAD_EXTENSION", "READFILE", "WRITEFILE", "LO_IMPORT", "LO_EXPORT", "LO_PUT", "LO_CREAT", 
        "LO_CREATE", "LO_FROM_BYTEA",
        "PG_READ_FILE", "PG_READ_BINARY_FILE", "PG_LS_DIR", "PG_STAT_FILE", "PG_LS_LOGDIR", "PG_LS_WALDIR",
        "PG_FILE_WRITE", "PG_TERMINATE_BACKEND", "PG_CANCEL_BACKEND", "PG_RELOAD_CONF", "PG_ROTATE_LOGFILE",
        "SET_CONFIG", "DBLINK", "DBLINK_EXEC", "DBLINK_CONNECT", "DBLINK_SEND_QUERY", "XP_CMDSHELL", "OPENROWSET",
        "OPENQUERY", "OPENDATASOURCE", "SYS_EXEC", "SYS_EVAL", "READ_CSV", "READ_CSV_AUTO", "READ_PARQUET",
        "PARQUET_SCAN", "READ_JSON", "READ_JSON_AUTO", "READ_TEXT", "READ_BLOB", "GLOB", "SQLITE_SCAN",
    }
)  # fmt: skip
"""Functions that reach files, other servers or other sessions; a user of the database may rarely call them anyway."""

_WORD = re.compile(r"[^\W\d]\w*", re.UNICODE)
_DOLLAR = re.compile(r"\$(?:[^\W\d]\w*)?\$", re.UNICODE)
_NUMBER = re.compile(r"\d[\w.]*")


def one_select(text: str, engine: str) -> str:
    """Return a statement as it may be run.

    Parameters
    ----------
    text : str
        What the user wrote.
    engine : str
        A key of ``ENGINES``, or another dialect's name: strings and comments differ between databases.

    Returns
    -------
    str
        Without what follows it.

    Raises
    ------
    InputError
        It is not exactly one SELECT.
    """
    if "\0" in text:
        raise _refuse("The SELECT holds a sign that no database reads.", "Write it again.")
    signs = list(_signs(text, engine))
    end = len(text)
    for index, (sign, at) in enumerate(signs):
        if sign == ";":
            if len(signs) > index + 1:
                raise _refuse("This is more than one statement.", "Keep one SELECT and leave out the rest.")
            end = at
            signs = signs[:index]
    words = [sign for sign, _ in signs]
    first = next((word for word in words if word != "("), "")
    if first not in ("SELECT", "WITH"):
        raise _refuse("Only a SELECT can be read.", "Begin with SELECT, or with WITH and end in a SELECT.")
    for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
        if before == ".":
            continue
        if word in CHANGING:
            raise _refuse(
                f"The word {word} would change data, and Fairway only reads.",
                "Leave it out. A column of that name goes between the quotation marks of your database.",
            )
        if word in REACHING and after == "(":
            raise _refuse(f"The function {word.lower()} reaches beyond the tables.", "Read from tables and views only.")
    if "SELECT" not in words:
        raise _refuse("Only a SELECT can be read.", "End with a SELECT.")
    return text[:end].strip()


def _signs(text: str, engine: str) -> Iterator[tuple[str, int]]:
    """Yield words in capitals and single signs with their places; strings, names in quotes and comments are skipped."""
    at, length = 0, len(text)
    escapes = engine == "mysql"
    while at < length:
        sign = text[at]
        if sign.isspace():
            at += 1
        elif _is_line_comment(text, at, engine):
            at = _line_end(text, at)
        elif text.startswith("/*", at):
            at = _comment_end(text, at)
        elif sign == "'":
            at = _quoted_end(text, at, "'", escapes)
            yield "''", at
        elif sign == '"':
            at = _quoted_end(text, at, '"', escapes)
            yield '""', at
        elif sign == "`" and engine != "postgresql":
            at = _quoted_end(text, at, "`", False)
            yield '""', at
        elif sign == "[" and engine in ("sqlite", "mssql"):
            at = _quoted_end(text, at, "]", False)
            yield '""', at
        elif engine in ("postgresql", "duckdb") and (dollar := _DOLLAR.match(text, at)):
            at = _after(text, dollar.group(), dollar.end())
            yield "''", at
        elif word := _WORD.match(text, at):
            at = word.end()
            if word.group() in ("e", "E") and text[at : at + 1] == "'" and engine in ("postgresql", "duckdb"):
                at = _quoted_end(text, at, "'", True)
                yield "''", at
            else:
                yield word.group().upper(), word.start()
        elif number := _NUMBER.match(text, at):
            at = number.end()
            yield "0", number.start()
        else:
            yield sign, at
            at += 1


def _is_line_comment(text: str, at: int, engine: str) -> bool:
    if engine == "mysql":
        # Two dashes without a blank after them are a minus and a sign there.
        return text[at] == "#" or (text.startswith("--", at) and not text[at + 2 : at + 3].strip())
    return text.startswith("--", at)


def _line_end(text: str, at: int) -> int:
    # Some databases end a comment at a carriage return and others do not.
    found = re.compile(r"\r\n|\n|\r").search(text, at)
    if found is None:
        return len(text)
    if found.group() == "\r":
        raise _refuse("A comment of the SELECT holds a lone carriage return.", "Write it again without comments.")
    return found.end()


def _comment_end(text: str, at: int) -> int:
    end = text.find("*/", at + 2)
    inside = text[at + 2 : end]
    if end < 0:
        raise _refuse("A comment of the SELECT is not closed.", "End it with */, or leave it out.")
    if inside.startswith(("!", "M!", "m!", "+")):
        raise _refuse("A comment of the SELECT is an order to the database.", "Leave the comment out.")
    if "/*" in inside:
        raise _refuse("A comment of the SELECT holds another comment.", "Leave the comments out.")
    return end + 2


def _quoted_end(text: str, at: int, mark: str, escapes: bool) -> int:
    at += 1
    while at < len(text):
        if escapes and text[at] == "\\":
            at += 2
        elif text[at] == mark:
            # A doubled mark is one sign of the string.
            if text[at + 1 : at + 2] != mark:
                return at + 1
            at += 2
        else:
            at += 1
    raise _refuse("A quotation mark of the SELECT is not closed.", "Close it.")


def _after(text: str, mark: str, at: int) -> int:
    end = text.find(mark, at)
    if end < 0:
        raise _refuse("A quotation mark of the SELECT is not closed.", "Close it.")
    return end + len(mark)


def _refuse(what: str, next_step: str) -> InputError:
    return InputError(what, next_step=next_step)
