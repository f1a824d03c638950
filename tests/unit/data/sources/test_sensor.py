"""Recording from a real broker: what arrives, what ends it, and every fault in words."""

import threading
import time

import pytest

from core.data.read import read_table
from core.data.sources import sensor_client
from core.data.sources.registry import SOURCES
from core.data.sources.sensor import SensorOrigin, acquire, check_origin
from core.data.sources.source import Reach
from core.errors import DataError, InputError
from tests.broker import PASSWORD, USER, publish, started


class Progress:
    """Publishes once the recording listens, and remembers what was reported."""

    def __init__(self, port=None, messages=()):
        self.port, self.messages, self.said, self.stop = port, messages, [], False

    def report(self, share, message):
        self.said.append((share, message))

    def should_stop(self):
        # Asked only while the recording listens, so nothing published from here on can be missed.
        if self.messages:
            waiting, self.messages = self.messages, ()
            threading.Thread(target=publish, args=(self.port, waiting), daemon=True).start()
        return self.stop


def reach(folder, progress=None, secret=""):
    progress = progress or Progress()
    return Reach(folder, secret=secret, report=progress.report, should_stop=progress.should_stop)


def asked(broker, **changes):
    return SensorOrigin(**{"host": "127.0.0.1", "port": broker.port, "topic": "plant/+/t", "seconds": 20} | changes)


def test_messages_of_matching_topics_become_rows(broker, tmp_path):
    sent = [("plant/1/t", b'{"temp": 20.5}'), ("plant/1/p", b"9"), ("plant/2/t", b'{"temp": 21, "unit": "C"}')]
    found = acquire(asked(broker, messages=2), reach(tmp_path, Progress(broker.port, sent)))
    frame = read_table(found.path, found.options, name=found.name).frame
    assert found.name == "Messages of plant t.parquet"
    assert frame[["topic", "temp"]].values.tolist() == [["plant/1/t", 20.5], ["plant/2/t", 21.0]]
    assert found.warnings == ()


def test_the_time_ends_a_recording_and_progress_counts(broker, tmp_path, monkeypatch):
    monkeypatch.setattr(sensor_client, "TELL", 0.1)
    progress = Progress(broker.port, [("plant/1/t", b"1"), ("plant/1/t", b"2")])
    began = time.monotonic()
    found = acquire(asked(broker, seconds=1), reach(tmp_path, progress))
    assert 0.9 < time.monotonic() - began < 5
    assert read_table(found.path).frame["value"].tolist() == [1, 2]
    assert progress.said[0] == (0.0, "Connecting to 127.0.0.1")
    assert progress.said[-1][1] == "2 messages so far"
    assert 0.5 < progress.said[-1][0] <= 1.0


def test_a_stop_keeps_what_came_and_says_so(broker, tmp_path, monkeypatch):
    monkeypatch.setattr(sensor_client, "TELL", 0.05)
    progress = Progress(broker.port, [("plant/1/t", b"1"), ("plant/1/t", b"2")])
    inner = progress.report

    def report(share, message):
        inner(share, message)
        progress.stop = message == "2 messages so far"

    progress.report = report
    found = acquire(asked(broker, seconds=60), reach(tmp_path, progress))
    assert len(read_table(found.path).frame) == 2
    assert found.warnings == ("You stopped the recording after 2 messages; these were kept.",)


def test_a_stop_before_the_first_message_is_no_table(broker, tmp_path):
    progress = Progress()
    progress.stop = True
    with pytest.raises(DataError, match="stopped before the first message"):
        acquire(asked(broker), reach(tmp_path, progress))
    assert not list(tmp_path.glob("*.parquet"))


def test_no_message_in_time_is_said(broker, tmp_path):
    with pytest.raises(DataError, match="In 1 seconds no message came on nobody/there"):
        acquire(asked(broker, topic="nobody/there", seconds=1), reach(tmp_path))


def test_what_the_broker_kept_from_before_is_left_out(broker, tmp_path):
    publish(broker.port, [("kept/a", b"1")], retain=True)
    found = acquire(
        asked(broker, topic="kept/#", messages=1), reach(tmp_path, Progress(broker.port, [("kept/b", b"2")]))
    )
    assert read_table(found.path).frame["topic"].tolist() == ["kept/b"]
    assert found.warnings == (
        "Of 2 messages 1 had been kept by the broker from before the recording and were left out.",
    )


def test_a_grid_is_made_of_what_was_recorded(broker, tmp_path):
    sent = [("plant/1/t", f'{{"ts": {1_772_366_400 + at}, "v": {value}}}') for at, value in [(0, 1), (20, 3), (150, 9)]]
    origin = asked(broker, messages=3, time_field="ts", grid="1min")
    found = acquire(origin, reach(tmp_path, Progress(broker.port, sent)))
    frame = read_table(found.path).frame
    assert frame["v"].fillna(-1).tolist() == [2.0, -1.0, 9.0]
    assert found.warnings == ("1 of 3 steps of 1min had no message; their values are missing.",)


def test_a_password_opens_the_guarded_door(broker, tmp_path):
    origin = asked(broker, port=broker.guarded, user=USER, topic="open/#", messages=1)
    sent = Progress(broker.port, [("open/a", b"5")])
    found = acquire(origin, reach(tmp_path, sent, PASSWORD))
    assert read_table(found.path).frame["value"].tolist() == [5]
    assert PASSWORD not in origin.model_dump_json()


@pytest.mark.parametrize(("user", "secret"), [(USER, "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_password_is_named_and_not_repeated(broker, tmp_path, user, secret):
    with pytest.raises(DataError) as caught:
        acquire(asked(broker, port=broker.guarded, user=user, topic="open/#"), reach(tmp_path, secret=secret))
    assert caught.value.what == "The broker refused this user name or password."
    assert not secret or secret not in caught.value.message


def test_tls_with_the_right_authority_records(broker, tmp_path):
    origin = asked(broker, host="localhost", port=broker.tls, tls=True, authority=broker.authority, messages=1)
    found = acquire(origin, reach(tmp_path, Progress(broker.port, [("plant/1/t", b"5")])))
    assert read_table(found.path).frame["value"].tolist() == [5]


def test_faults_of_tls_are_told_apart(broker, tmp_path):
    with pytest.raises(DataError, match="certificate is not trusted"):
        acquire(asked(broker, host="localhost", port=broker.tls, tls=True), reach(tmp_path))
    with pytest.raises(DataError, match="certificate is not trusted, or is not for this name"):
        acquire(asked(broker, port=broker.tls, tls=True, authority=broker.authority), reach(tmp_path))
    with pytest.raises(DataError, match="did not answer in TLS"):
        acquire(asked(broker, tls=True), reach(tmp_path))
    with pytest.raises(DataError, match="whether it asks for TLS"):
        acquire(asked(broker, port=broker.tls), reach(tmp_path))
    with pytest.raises(InputError, match="certificate of the authority cannot be read"):
        acquire(asked(broker, tls=True, authority="-----BEGIN"), reach(tmp_path))


def test_a_broker_that_is_not_there_is_said(tmp_path):
    with pytest.raises(DataError, match="cannot be reached"):
        acquire(SensorOrigin(host="127.0.0.1", port=65_009, topic="a"), reach(tmp_path))
    with pytest.raises(DataError, match=r"There is no host named nowhere\.invalid"):
        acquire(SensorOrigin(host="nowhere.invalid", topic="a"), reach(tmp_path))


def test_a_broker_that_dies_leaves_no_half_table_and_one_that_returns_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(sensor_client, "TELL", 0.05)
    monkeypatch.setattr(sensor_client, "RETRY", 0.1)
    monkeypatch.setattr(sensor_client, "AWAY_SECONDS", 0.5)
    place, folder = tmp_path / "broker", tmp_path / "reach"
    place.mkdir()
    folder.mkdir()
    dying = started(place)
    try:
        progress = Progress(dying.port, [("plant/1/t", b"1")])

        def die(_share, message):
            if message == "1 message so far" and dying.process is not None:
                dying.stop()

        progress.report = die
        with pytest.raises(DataError, match="went away after 1 messages and did not come back"):
            acquire(asked(dying), reach(folder, progress))
        assert not list(folder.glob("*.parquet"))

        dying.start()
        monkeypatch.setattr(sensor_client, "AWAY_SECONDS", 20.0)
        progress = Progress(dying.port, [("plant/1/t", b"1")])
        returned = []

        def come_back(_share, message):
            if message == "1 message so far" and not returned:
                dying.stop()
                dying.start()
                returned.append(True)
            elif returned == [True] and dying.process is not None:
                returned.append(True)
                threading.Timer(1.5, publish, (dying.port, [("plant/1/t", b"2")])).start()

        progress.report = come_back
        found = acquire(asked(dying, messages=2), reach(folder, progress))
        assert read_table(found.path).frame["value"].tolist() == [1, 2]
        assert found.warnings == ("The connection to 127.0.0.1 broke once; what was sent meanwhile may be missing.",)
    finally:
        dying.stop()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"host": "mqtt://broker"}, "not the name of a broker"),
        ({"host": " "}, "not the name of a broker"),
        ({"topic": ""}, "empty or too long"),
        ({"topic": "a/#/b"}, "not a topic that can be listened to"),
        ({"topic": "a/b+"}, "not a topic that can be listened to"),
        ({"grid": "0s"}, "not a step of time"),
        ({"grid": "1 fortnight"}, "not a step of time"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_opened(changes, words):
    with pytest.raises(InputError, match=words):
        check_origin(SensorOrigin(**{"host": "broker", "topic": "a/+/#"} | changes))


def test_the_registry_names_the_sensor_and_its_words():
    kind = SOURCES["sensor"]
    assert kind.origin is SensorOrigin
    assert kind.origin(host="b", topic="a/#", grid="1s").words() == "Topic a/# of the broker b, every 1s"
