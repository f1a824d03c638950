import io

import pytest

from core.train.wire import read_message, write_message


def test_messages_come_back_in_their_order():
    stream = io.BytesIO()
    for message in ({"a": 1}, "two"):
        write_message(stream, message)
    stream.seek(0)
    assert [read_message(stream), read_message(stream)] == [{"a": 1}, "two"]


def test_a_torn_message_is_an_end():
    stream = io.BytesIO()
    write_message(stream, list(range(100)))
    with pytest.raises(EOFError):
        read_message(io.BytesIO(stream.getvalue()[:-1]))


def test_an_empty_stream_is_an_end():
    with pytest.raises(EOFError):
        read_message(io.BytesIO())
