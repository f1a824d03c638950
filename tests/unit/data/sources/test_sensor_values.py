"""One message becomes fields and values."""

from datetime import UTC, datetime

import pytest

from core.data.sources.sensor_values import UnusableMessageError, moment, read_payload
from core.limits import SENSOR_MESSAGE_LENGTH


def test_nested_records_become_paths_and_lists_stay_json():
    payload = b'{"id": 7, "at": {"room": "\xc3\xa9", "gps": {"lat": 1.5}}, "tags": ["a", 1], "none": null, "empty": {}}'
    assert read_payload(payload, "json") == {
        ("id",): 7,
        ("at", "room"): "é",
        ("at", "gps", "lat"): 1.5,
        ("tags",): '["a", 1]',
        ("none",): None,
        ("empty",): None,
    }


@pytest.mark.parametrize(
    ("payload", "value"),
    [
        (b"21.50", 21.5),
        (b" -3 ", -3),
        (b"007", "007"),
        (b"1e3", 1000.0),
        (b"12345678901234567890", "12345678901234567890"),
        (b"1e400", "1e400"),
        (b"on", "on"),
        (b"1,5", "1,5"),
    ],
)
def test_a_plain_payload_is_a_number_only_where_no_sign_is_lost(payload, value):
    found = read_payload(payload, "plain")[("value",)]
    assert found == value
    assert type(found) is type(value)


def test_auto_reads_json_where_it_is_json_and_text_otherwise():
    assert read_payload(b'{"a": true}', "auto") == {("a",): True}
    assert read_payload(b"20.5", "auto") == {("value",): 20.5}
    assert read_payload(b"door open", "auto") == {("value",): "door open"}
    assert read_payload(b"007", "auto") == {("value",): "007"}


def test_numbers_no_table_can_hold_are_missing_or_keep_their_digits():
    found = read_payload(b'{"a": NaN, "b": -Infinity, "c": 1e999, "d": 9007199254740993}', "json")
    assert found == {("a",): None, ("b",): None, ("c",): None, ("d",): "9007199254740993"}


@pytest.mark.parametrize(
    ("payload", "how", "reason"),
    [
        (b"\xff\xfe\x00", "auto", "binary"),
        (b"a\x00b", "plain", "binary"),
        (b"  ", "auto", "empty"),
        (b"", "plain", "empty"),
        (b"{'a': 1}", "json", "not json"),
        (b"[" * 100_000, "json", "not json"),
        (b"x" * (SENSOR_MESSAGE_LENGTH + 1), "auto", "too big"),
    ],
)
def test_what_gives_no_row_says_why(payload, how, reason):
    with pytest.raises(UnusableMessageError, match=reason):
        read_payload(payload, how)


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-01T09:14:00Z",
        "2026-03-01T10:14:00+01:00",
        "2026-03-01 09:14:00",
        1_772_356_440,
        1_772_356_440_000,
        1_772_356_440_000_000,
        1_772_356_440_000_000_000,
        "1772356440",
    ],
)
def test_moments_are_read_in_all_the_ways_devices_write_them(value):
    assert moment(value) == datetime(2026, 3, 1, 9, 14, tzinfo=UTC)


@pytest.mark.parametrize("value", ["soon", "0001-01-01T00:00:00", True, None, 1e300, "", float("nan")])
def test_what_is_no_moment_is_missing(value):
    assert moment(value) is None
