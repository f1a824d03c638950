import json

import numpy as np
import pandas as pd
import pytest

from core.errors import DataError
from core.framing.frame import Task
from core.monitor.answers import actual_outcomes, is_log, outcomes_of, read_answers


def line(row, prediction="yes", chance=0.8, at="2026-11-20T10:00:00+00:00"):
    return json.dumps(
        {"at": at, "row": row, "prediction": prediction, "probabilities": {"no": 1 - chance, "yes": chance}}
    )


def test_a_log_gives_rows_answers_times_and_torn_lines(tmp_path):
    path = tmp_path / "log.jsonl"
    later = line({"age": 31, "town": None}, at="2026-11-22T10:00:00+00:00")
    path.write_text(line({"age": 30, "town": "B"}) + "\n" + later + '\n{"at": "2026-1\n[1]\n')
    found = read_answers(path)
    assert found.frame["age"].tolist() == [30, 31]
    assert (found.frame["town"][0], found.frame["town"].isna().tolist()) == ("B", [False, True])
    assert list(found.answers.columns) == ["prediction", "probability_no", "probability_yes"]
    assert found.words == (
        "2 answers, 2026-11-20 to 2026-11-22; 2 lines were skipped, being torn or no answer of a service."
    )


def test_columns_named_like_the_logs_own_are_told_apart(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text(line({"prediction": "mine", "predicted_at": 5}) + "\n")
    found = read_answers(path)
    assert found.frame.to_dict("list") == {"prediction": ["mine"], "predicted_at": [5]}
    assert found.answers["prediction"].tolist() == ["yes"]


@pytest.mark.parametrize(("text", "said"), [("", "It is empty"), ("a,b\n1,2\n", "None of its 2 lines is an answer")])
def test_a_file_without_answers_is_refused_in_words(tmp_path, text, said):
    path = tmp_path / "log.jsonl"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        read_answers(path)


def test_a_log_that_is_not_there_is_refused_in_words(tmp_path):
    with pytest.raises(DataError, match=r"none\.jsonl could not be read"):
        read_answers(tmp_path / "none.jsonl")


def test_a_log_is_known_by_an_answer_among_its_first_lines(tmp_path):
    log, table, lines = tmp_path / "log", tmp_path / "table.csv", tmp_path / "rows.jsonl"
    log.write_text('\n{"at": "2026-1\n' + line({"a": 1}))
    table.write_text("a,b\n")
    lines.write_text('{"a": 1, "b": 2}\n{"a": 2, "b": 3}\n')
    assert [is_log(path) for path in (log, table, lines, tmp_path / "none")] == [True, False, False, False]


def test_outcomes_are_read_as_training_read_them():
    given = pd.Series(["1.0", 0, None, "2"], dtype=object)
    assert actual_outcomes(given, Task.BINARY, ("0", "1")).tolist() == ["1", "0", None, "2"]
    assert actual_outcomes(pd.Series(["1.5", "x"]), Task.REGRESSION, ())[0] == 1.5


def test_the_models_own_decision_counts_whatever_its_line():
    answers = pd.DataFrame({"prediction": ["yes"], "probability_no": [0.9], "probability_yes": [0.1]})
    outcomes = outcomes_of(answers, np.array(["yes"], dtype=object), Task.BINARY, ("no", "yes"), "yes")
    assert outcomes.flagged.tolist() == [True]
