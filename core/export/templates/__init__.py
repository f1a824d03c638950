"""The texts of a bundle, and how values get into them."""

import json
import re
from functools import cache
from typing import Any

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")
_STARTS = re.compile(r"^([-+=]|\d+(?=[.)](?:\s|$)))")
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)


def markdown_text(value: object) -> object:
    """Return a text that Markdown shows as it is: no markup, list, link, image or tag, and on one line."""
    if not isinstance(value, str):
        return value
    text = _MARKUP.sub(r"\\\1", " ".join(value.split()))
    return _ADDRESS.sub(r"\\", _STARTS.sub(_escaped_start, text))


def _escaped_start(found: re.Match[str]) -> str:
    # A number that would begin a list is escaped after its digits: "1\\." shows as "1.".
    return found[1] + "\\" if found[1].isdigit() else "\\" + found[1]


def render_markdown(name: str, values: dict[str, Any]) -> str:
    """Fill a template; every value put into it is escaped as Markdown text."""
    return str(_environment("markdown").get_template(name).render(values))


def render_html(name: str, values: dict[str, Any]) -> str:
    """Fill a template; every value put into it is escaped as HTML text."""
    return str(_environment("html").get_template(name).render(values))


def render_code(name: str, values: dict[str, Any]) -> str:
    """Fill a template of Python or Docker code; its values are code already, or go through the filter ``literal``."""
    return str(_environment("code").get_template(name).render(values))


@cache
def _environment(kind: str) -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("core.export"),
        autoescape=kind == "html",
        finalize=markdown_text if kind == "markdown" else None,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["literal"] = repr
    environment.filters["json"] = json.dumps
    return environment
