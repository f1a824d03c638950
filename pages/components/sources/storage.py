"""The form of object storage: a place looked through, and an object chosen."""

import streamlit as st

from core.data.sources.storage import STORES, Entry, ObjectOrigin, acquire, browse, where
from core.errors import FairwayError, InputError
from core.limits import MB, STORAGE_ENTRIES, WEB_BYTES
from pages.components import draw
from pages.components.sources import web
from pages.components.sources.asked import Asked

PROVIDERS = {"S3": "s3", "Google Cloud": "gs", "Azure": "az"}
KEYS = {"s3": ("Key id", "Secret key"), "gs": ("", "Access token"), "az": ("Account", "Key or signature")}


def ask(key: str) -> Asked | None:
    """Draw the form; returns what to read, in the run in which the user asked for it.

    Parameters
    ----------
    key : str
        Begins the keys of its fields.
    """
    try:
        origin, secret = _fields(key)
        _browser(key, origin, secret)
        named = origin.url.partition("://")[2].partition("/")[2]
        pressed = web.buttons(key, ready=bool(named) and not named.endswith("/"))
        if not pressed:
            return None
        where(origin)
        if not secret and not origin.anonymous:
            raise InputError("The key is missing.", next_step="Give it, or choose to ask without one.")
        if pressed == "read":
            return Asked(origin, named.rpartition("/")[2], secret)
        web.preview(origin, secret, acquire)
    except FairwayError as error:
        web.refuse(error)
    return None


def _fields(key: str) -> tuple[ObjectOrigin, str]:
    provider = st.segmented_control(
        "Provider", list(PROVIDERS), default="S3", required=True, key=f"{key}_provider", label_visibility="collapsed"
    )
    scheme = PROVIDERS[provider or "S3"]
    first, second = KEYS[scheme]
    anonymous = st.toggle("Open to all, no key needed", key=f"{key}_anonymous_{scheme}")
    key_id = secret = ""
    if anonymous and scheme == "az":
        key_id = st.text_input(first, key=f"{key}_id_{scheme}").strip()
    elif not anonymous:
        left = right = st.container()
        if first:
            left, right = st.columns(2)
            key_id = left.text_input(first, key=f"{key}_id_{scheme}").strip()
        secret = right.text_input(second, key=f"{key}_secret_{scheme}", type="password", help="It is kept nowhere.")
    region = endpoint = ""
    if scheme == "s3":
        left, right = st.columns([1, 2])
        region = left.text_input("Region", key=f"{key}_region", placeholder="us-east-1")
        endpoint = right.text_input("Endpoint", key=f"{key}_endpoint", placeholder="Amazon's own")
    url = st.text_input(
        "Bucket, folder or object", key=f"{key}_url_{scheme}", placeholder=f"{scheme}://bucket/folder/table.csv"
    ).strip()
    url = url if not url or "://" in url else f"{scheme}://{url}"
    origin = ObjectOrigin(
        url=url or f"{scheme}://", key_id=key_id, anonymous=anonymous, region=region.strip(), endpoint=endpoint.strip()
    )
    return origin, secret.strip()


def _browser(key: str, origin: ObjectOrigin, secret: str) -> None:
    """List what lies at the place, and take a choice into the address."""
    if st.button("Look inside", key=f"{key}_look", icon=":material/folder_open:"):
        st.session_state.pop(f"{key}_found", None)
        with web.trying(secret) as reach:
            st.session_state[f"{key}_found"] = (origin.url, browse(origin, reach))
    seen, found = st.session_state.get(f"{key}_found", ("", []))
    if not seen:
        return
    if not found:
        draw.muted(f"Nothing lies at {seen}.")
        return
    more = f" The first {STORAGE_ENTRIES:,} are shown." if len(found) == STORAGE_ENTRIES else ""
    draw.muted(f"{len(found):,} at {seen}, objects up to {WEB_BYTES // MB:,} MB are read.{more}")
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    chosen = left.selectbox("What lies there", found, format_func=_words, key=f"{key}_entry")
    right.button("Take", key=f"{key}_take", width="stretch", on_click=_take, args=(key, chosen))


def _take(key: str, chosen: Entry) -> None:
    scheme = STORES[chosen.url.partition("://")[0]]
    st.session_state[f"{key}_url_{scheme}"] = chosen.url
    st.session_state.pop(f"{key}_found", None)


def _words(entry: Entry) -> str:
    return f"{entry.name}/" if entry.folder else f"{entry.name} ({draw.size(entry.size)})"
