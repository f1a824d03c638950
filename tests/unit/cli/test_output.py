import io
import json

import numpy as np
import pytest

from core.cli.command import bounded, names
from core.cli.output import cut, json_value, open_lines, print_json, print_lines, printable, say, table
from core.findings import Finding, Fix, Severity


def test_signs_that_steer_a_terminal_are_spelled_out():
    assert printable("a\x1b[31mb\r\n\u202ec") == "a\\x1b[31mb\\r\\n\\u202ec"
    assert printable("Größe “8” − 9 €") == "Größe “8” − 9 €"


def test_json_is_ascii_and_knows_no_nan(capsys):
    print_json({"a\x1b": [float("nan"), np.int64(3), (1.5, None)], "text": "é", "odd": {1}})
    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == {"a\x1b": [None, 3, [1.5, None]], "text": "é", "odd": [1]}


def test_a_value_json_does_not_know_becomes_text():
    assert json_value(1 + 2j) == "(1+2j)"


def test_a_terminal_of_another_alphabet_gets_what_it_can_show(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", stream)
    print_lines(["“8” − 9"])
    stream.flush()
    assert stream.buffer.getvalue() == b"\\u201c8\\u201d \\u2212 9\n"


def test_columns_of_a_table_are_lined_up_and_its_names_harmless():
    assert table([("a\x1b", "1"), ("bb", "22")], ("Name", "Rows")) == ["Name   Rows", "a\\x1b  1", "bb     22"]


def leak(*columns: str) -> Finding:
    fix = Fix("Leave it out", "not_known_then", {"columns": list(columns)})
    return Finding("leak", Severity.ERROR, "`paid` alone tells the outcome", "60 of 60 rows.", columns=columns, fix=fix)


def test_what_is_open_stands_worst_first_and_a_leak_with_its_way_out():
    rare = Finding("rare", Severity.INFO, "One in eight is 'yes'", "9 of 72 rows.")
    price = Finding("no-costs", Severity.WARNING, "No error has a price yet", "Two costs are missing.")
    other = Finding("tie", Severity.WARNING, "Two models tie", "p 0.4.", fix=Fix("Choose tree", "choose_run", {}))
    assert open_lines([rare, price, leak("paid"), other]) == [
        "Open, the worst first: 1 error and 2 warnings; none of them stops the command",
        "Error: paid alone tells the outcome. 60 of 60 rows. Leave it out: --unknown paid",
        "Warning: No error has a price yet. Two costs are missing.",
        "Warning: Two models tie. p 0.4.",
        "1 more is good to know; --json names them",
    ]
    assert open_lines([rare, rare]) == ["2 more are good to know; --json names them"]
    assert open_lines([]) == []


def test_the_way_out_can_be_pasted_whatever_the_column_is_called():
    import shlex

    awkward = ("how, $(late)", "it's")
    line = open_lines([leak(*awkward)])[1]
    assert names(shlex.split(line.partition("--unknown ")[2])[0]) == awkward


def test_a_long_name_is_cut():
    assert cut("abcdef", 4) == "abc…"


def test_what_is_not_the_result_goes_to_the_standard_error(capsys):
    say("wait")
    assert capsys.readouterr() == ("", "wait\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a,b", ("a", "b")), (" a , ,b ", ("a", "b")), ("a\\,b,c", ("a,b", "c")), ("", ())],
)
def test_names_stand_between_commas(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize("text", ["0", "4", "nan", "x", ""])
def test_a_number_out_of_bounds_is_refused(text):
    import argparse

    with pytest.raises(argparse.ArgumentTypeError, match="is not a whole number from 1 to 3"):
        bounded(int, 1, 3)(text)
    assert bounded(float, 1, 3)("2.5") == 2.5
