"""A bundle whose model reads free text."""

import json
import re

import pandas as pd

from core.runtime.predict import load_bundle


def test_no_text_of_the_table_and_nobodys_address_travels(binary) -> None:
    files = [path for path in binary.folder.rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        data = path.read_bytes()
        assert b"Dear team" not in data, path.name
        assert not re.search(rb"writer\d|w\d+@", data), path.name


def test_golden_rows_hold_made_up_texts_with_words_the_model_keeps(binary) -> None:
    rows = json.loads((binary.folder / "golden/golden.json").read_text("utf-8"))["rows"]
    texts = {row["input"]["note"] for row in rows if isinstance(row["input"]["note"], str)}
    assert len(texts) > 20
    assert any("refund" in text.lower() for text in texts)


def test_a_text_moves_the_answer(binary) -> None:
    predictor = load_bundle(binary.folder)
    assert {column.name: column.type for column in predictor.info.input.columns}["note"] == "text"
    row = binary.problem.X.iloc[[1]]
    asked = pd.concat([row.assign(note=f"Your {word} asks") for word in ("refund", "delay")])
    answers = predictor.predict_frame(asked)
    assert answers["probability_yes"].iloc[0] > answers["probability_yes"].iloc[1]
