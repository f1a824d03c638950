"""``fit --expect``: what the model must keep to, with an exit status of its own."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def fit(run, tmp_path):
    draws = np.random.default_rng(4)
    x = draws.normal(size=240)
    paid = np.where(x + draws.normal(0, 0.5, 240) > 0, "yes", "no")
    pd.DataFrame({"x": x.round(3), "sex": draws.choice(["f", "m"], 240), "paid": paid}).to_csv(
        tmp_path / "t.csv", index=False
    )

    def ran(text: str, *more: object):
        (tmp_path / "expect.yaml").write_text(text, encoding="utf-8")
        return run(
            "fit", tmp_path / "t.csv", "--target", "paid", "--positive", "yes", "--budget", 30, "--folds", 3,
            "--models", "logistic_regression", "--out", tmp_path / "b", "--expect", tmp_path / "expect.yaml", *more,
        )  # fmt: skip

    return ran


def test_a_model_that_keeps_to_them_ends_well(fit, tmp_path):
    done = fit(
        "- {measure: accuracy, at_least: 0.6}\n- {measure: recall, at_least: 0.5, where: [{column: sex, is: f}]}"
    )
    assert done.status == 0, done.err
    assert "Expectation met: accuracy at least 60.0% in all rows. accuracy is " in done.out
    assert "Expectation met: recall at least 50.0% where sex is f." in done.out
    assert "accuracy at least 60.0% in all rows" in (tmp_path / "b" / "MODEL_CARD.md").read_text("utf-8")


def test_one_that_is_broken_gives_its_status_and_the_bundle_all_the_same(fit, tmp_path):
    done = fit("- {measure: accuracy, at_least: 0.999}\n- {measure: every, at_most: 1}", "--json")
    assert done.status == 3
    assert [one["kept"] for one in done.json["expectations"]] == ["not met", "met"]
    assert done.json["expectations"][0]["expectation"] == "accuracy at least 99.9% in all rows"
    assert (tmp_path / "b" / "certificate.json").is_file()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {measure: accuracy, at_least: 0.6, where: [{column: gone, is: f}]}", "The table has no column `gone`"),
        ("- {measure: rmse, at_most: 3}", "does not suit the kind of answer"),
        ("- {measure: accuracy}", "needs one bound"),
    ],
)
def test_a_mistake_is_told_before_anything_is_trained(fit, tmp_path, text, said):
    done = fit(text)
    assert done.status == 2
    assert said in done.err
    assert "Fitting" not in done.err
    assert not (tmp_path / "b").exists()


def test_a_file_that_is_not_there_is_named(run, tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    done = run("fit", tmp_path / "t.csv", "--target", "b", "--expect", tmp_path / "gone.yaml")
    assert (done.status, "The file gone.yaml cannot be read." in done.err) == (2, True)
