"""The form of a sensor: which broker, which topic, for how long, and how messages become rows."""

import tempfile
from pathlib import Path
from typing import get_args

import streamlit as st

from core.data.read import read_table
from core.data.sources.sensor import Aggregation, SensorOrigin, acquire, check_origin
from core.data.sources.source import Reach
from core.errors import FairwayError
from core.limits import SENSOR_MESSAGES, SENSOR_SECONDS
from pages.components import draw, layout, session
from pages.components.sources.asked import Asked

PAYLOADS = {"Find out": "auto", "JSON": "json", "Plain text or numbers": "plain"}
GRIDS = {
    "One row a message": "",
    **{f"Every {step}": step for step in ("1s", "10s", "1min", "5min", "15min", "1h", "1d")},
}
LISTEN = {"messages": 20, "seconds": 3}
"""What is recorded to show what a topic says."""


def ask(key: str) -> Asked | None:
    """Draw the form.

    Parameters
    ----------
    key : str
        Begins the keys of its fields.

    Returns
    -------
    Asked or None
        What to record, in the run in which the user asked for it.
    """
    origin, secret = _fields(key)
    with st.container(horizontal=True, key=f"{key}_buttons"):
        record = st.button("Start recording", type="primary", key=f"primary_{key}_read", icon=":material/sensors:")
        listen = st.button("Listen for 3 seconds", key=f"{key}_listen", icon=":material/hearing:")
    if not (record or listen):
        return None
    try:
        check_origin(origin)
        if record:
            return Asked(origin, f"{origin.topic}", secret)
        _listen(origin, secret)
    except FairwayError as error:
        draw.banner(error.message, "Not recorded.", "block", "red")
    return None


def _fields(key: str) -> tuple[SensorOrigin, str]:
    left, right = st.columns([3, 1])
    host = left.text_input("Broker", key=f"{key}_host", placeholder="broker.example.org")
    tls = st.session_state.get(f"{key}_tls", False)
    port = right.number_input("Port", 1, 65_535, 8883 if tls else 1883, key=f"{key}_port_{tls}")
    topic = st.text_input(
        "Topic",
        key=f"{key}_topic",
        placeholder="plant/+/temperature",
        help="A + stands for one level, a # for all that follow.",
    )
    left, right = st.columns(2)
    user = left.text_input("User", key=f"{key}_user", placeholder="None")
    secret = right.text_input("Password", key=f"{key}_secret", type="password", placeholder="None")
    tls = st.toggle("Encrypt the connection (TLS)", key=f"{key}_tls")
    authority = ""
    if tls:
        authority = st.text_area(
            "Certificate of your own authority",
            key=f"{key}_authority",
            height=90,
            placeholder="Empty trusts the authorities that this machine trusts",
        )
    elif secret:
        draw.muted("Without TLS the password can be read on its way to the broker.")
    left, right = st.columns(2)
    messages = left.number_input("At most so many messages", 1, SENSOR_MESSAGES, 1_000, key=f"{key}_messages")
    seconds = right.number_input("At most so many seconds", 1, SENSOR_SECONDS, 60, key=f"{key}_seconds")
    payload, time_field, grid, how = _rows(key)
    origin = SensorOrigin(
        host=host.strip(),
        port=int(port),
        tls=tls,
        authority=authority.strip(),
        user=user.strip(),
        topic=topic.strip(),
        messages=int(messages),
        seconds=int(seconds),
        payload=payload,
        time_field=time_field.strip(),
        grid=grid,
        aggregation=how,
    )
    return origin, secret


def _rows(key: str) -> tuple:
    with st.expander("How messages become rows", key=f"{key}_rows"):
        payload = st.segmented_control(
            "A message is", list(PAYLOADS), default="Find out", required=True, key=f"{key}_payload"
        )
        time_field = st.text_input(
            "Field that says when it was measured",
            key=f"{key}_time",
            placeholder="None: the time of arrival counts",
            help="Nested fields are named by their path, such as meta.time. Times are kept in UTC.",
        )
        left, right = st.columns(2)
        grid = left.selectbox("Rows", list(GRIDS), key=f"{key}_grid")
        how = right.selectbox(
            "Numbers within one step become their",
            get_args(Aggregation),
            key=f"{key}_how",
            disabled=not GRIDS[grid],
            help="Everything else keeps its last value. A step without a message stays missing, and is counted.",
        )
    return PAYLOADS[payload or "Find out"], time_field, GRIDS[grid], how


def _listen(origin: SensorOrigin, secret: str) -> None:
    """Record for a moment and show it; nothing is kept."""
    uploads = session.workspace().home / "uploads"
    uploads.mkdir(parents=True, exist_ok=True)
    short = origin.model_copy(update=LISTEN | {"grid": ""})
    with st.spinner("Listening …"), tempfile.TemporaryDirectory(dir=uploads) as folder:
        private = session.workspace().settings.private_network
        found = acquire(short, Reach(Path(folder), secret=secret, private_network=private))
        table = read_table(found.path, found.options, name=found.name)
    draw.muted(f"{len(table.frame):,} messages within {short.seconds} seconds; nothing is kept yet.")
    st.dataframe(table.frame, height=220, hide_index=True, placeholder=layout.NO_VALUE, alt="Messages heard")
    for warning in found.warnings:
        draw.muted(warning)
