"""The form of a file at a web address."""

from core.data.sources.addresses import parse
from core.data.sources.web_file import UrlOrigin, acquire
from core.errors import FairwayError
from core.limits import MB, WEB_BYTES
from pages.components import draw
from pages.components.sources import web
from pages.components.sources.asked import Asked


def ask(key: str) -> Asked | None:
    """Draw the form; returns what to read, in the run in which the user asked for it.

    Parameters
    ----------
    key : str
        Begins the keys of its fields.
    """
    try:
        url, name, value = web.address("Address", key=key, placeholder="https://example.org/towns.csv")
        fields, secret = web.credentials(key, (name, value))
        draw.muted(f"CSV, Excel, Parquet and the other kinds of files, up to {WEB_BYTES // MB:,} MB.")
        pressed = web.buttons(key, ready=bool(url))
        if not pressed:
            return None
        origin = UrlOrigin(url=url, **fields)
        parse(url)
        if pressed == "read":
            return Asked(origin, origin.words(), secret)
        web.preview(origin, secret, acquire)
    except FairwayError as error:
        web.refuse(error)
    return None
