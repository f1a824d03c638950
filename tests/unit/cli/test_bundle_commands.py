import gzip
import json
import shutil
import socket
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ESCAPE, PICTURE, SCRIPT = "col\x1b[31m", "![p](http://127.0.0.1:9/p)", "<script>alert(1)</script>"


@pytest.fixture
def tampered(hostile, tmp_path) -> Path:
    folder = Path(shutil.copytree(hostile.bundle, tmp_path / "copy"))
    model = folder / "model" / "model.skops"
    model.write_bytes(model.read_bytes() + b" ")
    return folder


@pytest.mark.parametrize("command", ["predict", "evaluate", "monitor", "serve"])
def test_a_bundle_that_was_changed_is_refused(command, tampered, hostile, run):
    ran = run(command, tampered, *([] if command == "serve" else [hostile.table]))
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "model/model.skops was changed after the bundle was made. Unpack it again.\n"


@pytest.mark.parametrize(
    ("bundle", "said"),
    [
        ("none", "There is no folder"),
        ("t.csv", "t.csv is a file. Unpack the bundle"),
        (".", "This folder is no bundle"),
    ],
)
def test_what_is_no_bundle_is_refused(bundle, said, hostile, run, tmp_path):
    shutil.copy(hostile.table, tmp_path / "t.csv")
    ran = run("predict", tmp_path / bundle, hostile.table)
    assert ran.status == 2
    assert said in ran.err


def test_predictions_come_as_the_script_in_the_bundle_gives_them(amounts, run, tmp_path):
    from core.runtime.batch import predict_file

    ran = run("predict", amounts.bundle, amounts.table, "--out", tmp_path / "ours.csv")
    assert (ran.status, ran.out) == (0, f"120 rows written to {tmp_path / 'ours.csv'}\n")
    predict_file(amounts.bundle, [str(amounts.table), "--out", str(tmp_path / "its.csv")])
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "its.csv").read_bytes()
    assert list(pd.read_csv(tmp_path / "ours.csv").columns) == ["prediction"]


def test_a_workbook_is_answered_as_well(amounts, run, tmp_path):
    pd.read_csv(amounts.table).to_excel(tmp_path / "t.xlsx", index=False)
    run("predict", amounts.bundle, amounts.table, "--out", tmp_path / "a.csv")
    ran = run("predict", amounts.bundle, tmp_path / "t.xlsx", "--out", tmp_path / "b.csv")
    assert ran.status == 0
    np.testing.assert_allclose(pd.read_csv(tmp_path / "a.csv"), pd.read_csv(tmp_path / "b.csv"))


def test_a_packed_file_is_answered_like_the_plain_one(amounts, run, tmp_path):
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(amounts.table.read_bytes()))
    run("predict", amounts.bundle, amounts.table, "--out", tmp_path / "a.csv")
    assert run("predict", amounts.bundle, tmp_path / "t.csv.gz", "--out", tmp_path / "b.csv").status == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    (tmp_path / "u.csv.gz").write_bytes(gzip.compress(b"town,area\n"))
    assert run("predict", amounts.bundle, tmp_path / "u.csv.gz").err.startswith("u.csv.gz holds column names")


def test_values_training_never_saw_are_told(amounts, run, tmp_path):
    (tmp_path / "t.csv").write_text("town,area\nZ,30\nA,31\n")
    ran = run("predict", amounts.bundle, tmp_path / "t.csv", "--out", tmp_path / "a.csv", "--json")
    assert ran.json["rows"] == 2
    assert ran.json["warnings"][0].startswith("1 row holds something training never saw")
    assert "`town` is 'Z'" in ran.json["warnings"][0]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("t.csv", "town\nA\n", "Column `area` is missing."),
        ("t.csv", "town,area\n", "t.csv holds column names and no rows below them."),
        ("t.csv", "town,area\nA,30\nB,31,7\n", "row 2 below the names holds more values than the 2 columns"),
        ("t.csv", "<html><body></body></html>", "looks like a web page (HTML)"),
        ("t.bin", "a,b\n1,2\n", "Files that end with .bin are not read"),
    ],
)
def test_rows_that_cannot_be_answered(amounts, run, written, tmp_path, name, text, said):
    ran = run("predict", amounts.bundle, written(name, text), "--out", tmp_path / "a.csv")
    assert ran.status == 2
    assert said in ran.err
    assert not (tmp_path / "a.csv").exists()


def test_a_place_for_predictions_that_cannot_be_written(amounts, run, tmp_path):
    ran = run("predict", amounts.bundle, amounts.table, "--out", tmp_path)
    assert (ran.status, "is a folder" in ran.err) == (2, True)
    ran = run("predict", amounts.bundle, amounts.table, "--out", tmp_path / "none" / "a.csv")
    assert (ran.status, "cannot be written" in ran.err) == (2, True)


def test_evaluate_scores_rows_with_their_outcome(hostile, run):
    told = run("evaluate", hostile.bundle, hostile.table, "--json").json
    assert (told["rows"], told["task"], told["metric"]) == (160, "binary", "roc_auc")
    assert told["scores"]["roc_auc"]["low"] < told["main"]["value"] < told["scores"]["roc_auc"]["high"]
    assert sum(told["confusion"][key] for key in ("tp", "fp", "fn", "tn")) == 160


def test_rows_without_an_outcome_are_left_out_and_counted(amounts, run, tmp_path):
    table = pd.read_csv(amounts.table)
    table.loc[:4, "price"] = np.nan
    table.to_csv(tmp_path / "t.csv", index=False)
    ran = run("evaluate", amounts.bundle, tmp_path / "t.csv")
    assert "on 115 rows of t.csv; 5 without a known outcome are left out" in ran.out
    assert "RMSE" in ran.out


@pytest.mark.parametrize("command", [("evaluate",), ("audit", "--sensitive", "town")])
def test_without_outcomes_nothing_is_judged(command, amounts, run, tmp_path):
    pd.read_csv(amounts.table).drop(columns="price").to_csv(tmp_path / "t.csv", index=False)
    ran = run(command[0], amounts.bundle, tmp_path / "t.csv", *command[1:])
    assert ran.status == 2
    assert "t.csv has no column 'price', which holds the outcome." in ran.err


def test_audit_compares_groups_the_model_does_not_read(hostile, run):
    ran = run("audit", hostile.bundle, hostile.table, "--sensitive", ESCAPE, "--json")
    audit = ran.json["audits"][0]
    assert (audit["column"], audit["measure"]) == (ESCAPE, "false_positive_rate")
    assert sum(group["rows"] for group in audit["groups"]) == 160
    assert set(audit["groups"][0]["rates"]) >= {"selection_rate", "false_positive_rate", "false_negative_rate"}
    assert "\x1b" not in run("audit", hostile.bundle, hostile.table, "--sensitive", ESCAPE).out


def test_audit_cuts_an_amount_into_parts(amounts, run):
    audit = run("audit", amounts.bundle, amounts.table, "--sensitive", "area", "--json").json["audits"][0]
    assert len(audit["groups"]) == 4


@pytest.mark.parametrize("sensitive", ["nope", ","])
def test_audit_of_no_column(sensitive, hostile, run):
    ran = run("audit", hostile.bundle, hostile.table, "--sensitive", sensitive)
    assert ran.status == 2
    assert "--sensitive names" in ran.err or "which --sensitive names" in ran.err


def test_monitor_holds_later_rows_against_the_training_table(hostile, run, tmp_path):
    later = pd.read_csv(hostile.table)
    later[SCRIPT] += 3
    later.to_csv(tmp_path / "later.csv", index=False)
    told = run("monitor", hostile.bundle, tmp_path / "later.csv", "--reference", hostile.table, "--json").json
    assert told["verdict"] == "drifted"
    assert {drift["column"]: drift["verdict"] for drift in told["columns"]}[SCRIPT] == "drifted"
    # Only the rows that were trained on are the reference; the sealed ones stay out of it.
    assert (told["rows_then"], told["rows_now"]) == (128, 160)


def test_monitor_without_the_training_table_cannot_tell(hostile, run):
    ran = run("monitor", hostile.bundle, hostile.table)
    assert ran.status == 0
    assert "Verdict: cannot tell" in ran.out
    assert "name it with --reference" in ran.out
    assert "in cross-validation" in ran.out
    assert "0 values then" not in ran.out
    assert "could not be judged" not in ran.out
    assert "Values then" not in ran.out


def test_monitor_reads_the_log_of_the_service(hostile, run, tmp_path):
    rows = pd.read_csv(hostile.table).drop(columns=[PICTURE, ESCAPE]).to_dict("records")
    lines = [
        json.dumps({"at": "2026-11-20T10:00:00+00:00", "row": row, "prediction": "no",
                    "probabilities": {"=yes": 0.01, "no": 0.99}})
        for row in rows
    ]  # fmt: skip
    (tmp_path / "log.jsonl").write_text("\n".join([*lines, '{"at": "2026']) + "\n")
    told = run("monitor", hostile.bundle, tmp_path / "log.jsonl", "--reference", hostile.table, "--json").json
    assert told["predictions"]["verdict"] == "drifted"
    assert told["problems"][0]["kind"] == "skipped-lines"
    assert told["notes"][0].startswith("160 answers, 2026-11-20; 1 line was skipped")


def test_monitor_of_a_table_that_lacks_a_column(hostile, run, tmp_path):
    pd.read_csv(hostile.table).drop(columns=SCRIPT).to_csv(tmp_path / "t.csv", index=False)
    ran = run("monitor", hostile.bundle, tmp_path / "t.csv", "--reference", hostile.table)
    assert (ran.status, "Verdict: cannot tell" in ran.out) == (0, True)
    assert "lacks <script>alert(1)</script>, which the model reads" in ran.out
    ran = run("monitor", hostile.bundle, hostile.table, "--reference", tmp_path / "t.csv")
    assert ran.status == 2
    assert "Name the table the model was trained on" in ran.err


def test_a_port_that_is_taken_is_told(hostile, run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = run("serve", hostile.bundle, "--port", port)
    assert (ran.status, ran.err) == (2, f"Port {port} is taken. Choose another with --port.\n")


def test_serving_says_where(hostile, run, monkeypatch):
    served = {}
    monkeypatch.setattr("uvicorn.run", lambda app, **given: served.update(given))
    ran = run("serve", hostile.bundle, "--host", "0.0.0.0", "--port", 8765, "--json")
    assert (ran.json, served["port"]) == ({"address": "http://0.0.0.0:8765"}, 8765)
    assert "Anyone who reaches this machine can ask this model" in ran.err
    assert "try it at http://0.0.0.0:8765/docs" in ran.err


def test_rows_of_a_database_are_answered(hostile, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = pd.read_csv(hostile.table)
    with sqlite3.connect(tmp_path / "rows.db") as database:
        rows.to_sql("later", database, index=False)
    database.close()
    later = ("sqlite:///rows.db", "--table", "later")
    told = run("predict", hostile.bundle, *later, "--out", tmp_path / "a.csv", "--json")
    assert (told.status, told.json["rows"]) == (0, 160)
    run("predict", hostile.bundle, hostile.table, "--out", tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "b.csv").read_text()
    scored = run("evaluate", hostile.bundle, *later, "--json").json
    assert scored == run("evaluate", hostile.bundle, hostile.table, "--json").json


def test_what_is_said_of_a_file_goes_before_what_the_model_knows(amounts, run, tmp_path):
    (tmp_path / "t.csv").write_text("someone's rows\n'area'|'town'\n'1.100,5'|'A'\n'?'|'B'\n")
    said = ("--delimiter", "|", "--quote", "'", "--skip-lines", 1, "--decimal", ",", "--missing", "?")
    assert run("predict", amounts.bundle, tmp_path / "t.csv", *said, "--out", tmp_path / "a.csv").status == 0
    (tmp_path / "plain.csv").write_text("area,town\n1100.5,A\n,B\n")
    run("predict", amounts.bundle, tmp_path / "plain.csv", "--out", tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "b.csv").read_text()
