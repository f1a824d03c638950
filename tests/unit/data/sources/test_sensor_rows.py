"""Messages become a table: columns, kinds, what is left out, and the grid of time."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from core.data.read import read_table
from core.data.sources import sensor_rows, spool
from core.data.sources.sensor import SensorOrigin
from core.data.sources.sensor_grid import on_grid, resampled
from core.data.sources.sensor_rows import Recording
from core.data.store import write_parquet
from core.errors import DataError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def origin(**changes):
    return SensorOrigin(**{"host": "broker", "topic": "t/#"} | changes)


def recorded(folder, sent, **changes):
    recording = Recording(folder, origin(**changes))
    with recording:
        for second, (topic, payload) in enumerate(sent):
            recording.take(topic, payload, NOON + timedelta(seconds=second))
    return recording


def test_rows_hold_arrival_topic_and_a_column_a_field(tmp_path):
    messages = [("t/a", b'{"temp": 20, "ok": true}'), ("t/b", b'{"temp": 21.5, "at": {"room": "x"}}')]
    table = read_table(recorded(tmp_path, messages).to_parquet())
    assert list(table.frame.columns) == ["received", "topic", "temp", "ok", "at.room"]
    assert table.frame["received"].tolist() == [
        pd.Timestamp("2026-03-01 12:00:00"),
        pd.Timestamp("2026-03-01 12:00:01"),
    ]
    assert table.frame["temp"].tolist() == [20.0, 21.5]
    assert table.frame["at.room"].tolist()[1] == "x"
    assert table.warnings == []


def test_a_field_called_like_a_fixed_column_or_a_path_gets_a_name_of_its_own(tmp_path):
    messages = [("t", b'{"topic": "mine", "a.b": 1, "a": {"b": 2}, "": 3}')]
    frame = read_table(recorded(tmp_path, messages).to_parquet()).frame
    assert frame.iloc[0, 1:].to_dict() == {"topic": "t", "topic_2": "mine", "a.b": 1, "a.b_2": 2, "unnamed": 3}


def test_kinds_that_differ_are_kept_as_text_and_said(tmp_path):
    recording = recorded(tmp_path, [("t", b"21.5"), ("t", b"error"), ("t", b"007")])
    assert read_table(recording.to_parquet()).frame["value"].tolist() == ["21.5", "error", "007"]
    assert recording.warnings == ["`value`: values of different kinds, such as numbers and texts, were kept as text."]


def test_what_gives_no_row_is_counted_by_reason(tmp_path):
    recording = recorded(tmp_path, [("t", b"{}x"), ("t", b"\xff"), ("t", b'{"a": 1}'), ("t", b"\xff")], payload="json")
    recording.to_parquet()
    assert recording.warnings == [
        "Of 4 messages 2 were no text (binary) and were left out.",
        "Of 4 messages 1 were not JSON and were left out.",
    ]


def test_nothing_usable_is_refused_in_words(tmp_path):
    with pytest.raises(DataError, match=r"2 messages came, and none could be used\. 2 were no text \(binary\)"):
        recorded(tmp_path, [("t", b"\xff"), ("t", b"\xfe")]).to_parquet()


def test_fields_beyond_the_limit_are_left_out_and_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(sensor_rows, "SENSOR_COLUMNS", 2)
    recording = recorded(tmp_path, [("t", b'{"a": 1, "b": 2, "c": 3}'), ("t", b'{"d": 4, "a": 5}')])
    frame = read_table(recording.to_parquet()).frame
    assert list(frame.columns) == ["received", "topic", "a", "b"]
    assert frame["a"].tolist() == [1, 5]
    assert recording.warnings == ["2 fields beyond the first 2 were left out."]


def test_a_recording_is_full_by_messages_or_by_bytes(tmp_path, monkeypatch):
    recording = recorded(tmp_path, [("t", b"1"), ("t", b"2"), ("t", b"3")], messages=2)
    assert (recording.rows, recording.full, recording.too_much) == (2, True, False)
    monkeypatch.setattr(sensor_rows, "SENSOR_BYTES", 10)
    recording = recorded(tmp_path, [("t", b"12345")] * 5)
    assert (recording.rows, recording.too_much) == (2, True)


def test_batches_hold_all_rows_in_their_order(tmp_path, monkeypatch):
    monkeypatch.setattr(spool, "BATCH", 3)
    recording = recorded(tmp_path, [("t", str(n).encode()) for n in range(8)])
    assert read_table(recording.to_parquet()).frame["value"].tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert not (tmp_path / "messages.jsonl").exists()


def test_the_time_of_the_message_is_read_and_what_is_none_is_counted(tmp_path):
    messages = [("t", b'{"ts": 1772366400, "v": 1}'), ("t", b'{"ts": "soon", "v": 2}'), ("t", b'{"v": 3}')]
    recording = recorded(tmp_path, messages, time_field="ts")
    frame = read_table(recording.to_parquet()).frame
    assert frame["ts"].tolist()[0] == pd.Timestamp("2026-03-01 12:00:00")
    assert frame["ts"].isna().tolist() == [False, True, True]
    assert recording.warnings == ["In 2 messages `ts` was missing or no moment; it is missing there."]


MESSAGES = pd.DataFrame(
    {
        "received": pd.to_datetime(["12:00:00.2", "12:00:00.8", "12:00:03.1", "12:00:01.5"], format="%H:%M:%S.%f"),
        "topic": ["a", "a", "a", "b"],
        "temp": [10.0, 20.0, 30.0, 5.0],
        "state": ["on", "off", "on", None],
    }
)


def test_a_grid_has_one_row_a_topic_and_step_and_gaps_stay_missing():
    found = resampled(MESSAGES, pd.Timedelta("1s"), "mean", time="received")
    assert list(found.columns) == ["time", "topic", "messages", "temp", "state"]
    assert found["topic"].tolist() == ["a", "a", "a", "a", "b"]
    assert found["time"].dt.second.tolist() == [0, 1, 2, 3, 1]
    assert found["messages"].tolist() == [2, 0, 0, 1, 1]
    np.testing.assert_equal(found["temp"].to_numpy(), [15.0, np.nan, np.nan, 30.0, 5.0])
    assert found["state"].iloc[[0, 3]].tolist() == ["off", "on"]


@pytest.mark.parametrize(
    ("how", "value"), [("mean", 15.0), ("median", 15.0), ("min", 10.0), ("max", 20.0), ("sum", 30.0), ("last", 20.0)]
)
def test_numbers_of_one_step_become_what_was_asked_for(how, value):
    found = resampled(MESSAGES, pd.Timedelta("1s"), how, time="received")
    assert found["temp"].iloc[0] == value
    assert np.isnan(found["temp"].iloc[1])


def test_the_last_value_is_the_last_measured_not_the_last_to_arrive():
    late = pd.DataFrame(
        {"ts": pd.to_datetime(["2026-01-01 00:00:02", "2026-01-01 00:00:01"]), "topic": "a", "v": [1, 2]}
    )
    assert resampled(late, pd.Timedelta("1min"), "last", time="ts")["v"].tolist() == [1]


def test_gaps_and_messages_without_a_time_are_counted(tmp_path):
    frame = MESSAGES.rename(columns={"received": "ts"}).assign(received=MESSAGES["received"])
    frame.loc[3, "ts"] = pd.NaT
    write_parquet(frame, tmp_path / "m.parquet")
    path, said = on_grid(tmp_path / "m.parquet", tmp_path, origin(grid="1s", time_field="ts"))
    assert len(read_table(path).frame) == 4
    assert said == [
        "2 of 4 steps of 1s had no message; their values are missing.",
        "1 messages without a time are in no step of the grid.",
    ]


def test_a_clock_that_is_wrong_by_decades_leaves_the_messages_as_they_came(tmp_path):
    frame = MESSAGES.assign(received=pd.to_datetime(["1970-01-01", "2026-03-01", "2026-03-01", "2026-03-01"]))
    write_parquet(frame, tmp_path / "m.parquet")
    path, said = on_grid(tmp_path / "m.parquet", tmp_path, origin(grid="1s"))
    assert path == tmp_path / "m.parquet"
    assert said == [
        "A grid of 1s from 01 January 1970, 00:00 to 01 March 2026, 00:00 would have 1,772,323,202 rows, so the "
        "messages are not on a grid."
    ]
