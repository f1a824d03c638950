import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from core.runtime.transformers import Finish, TextLooks, TextTerms, TextTopics
from core.runtime.words import is_link, is_mail, terms_in

WORDS = ["refund", "delay", "thanks", "broken", "parcel", "late", "price", "wrong", "happy", "again"]
SINGLE = r"(?u)\b\w\w+\b"


def notes(n=60, seed=0):
    draws = np.random.default_rng(seed)
    return [" ".join(draws.choice(WORDS, draws.integers(2, 8))).capitalize() + "." for _ in range(n)]


def frame(values, name="note", **more):
    return pd.DataFrame({name: pd.array(values, dtype=pd.StringDtype(na_value=pd.NA)), **more})


@pytest.mark.parametrize("longest", [1, 2, 3])
def test_weights_are_those_of_scikit_learn(longest):
    values = notes()
    step = TextTerms(longest=longest, most=1000, common=1.0).fit(frame(values))
    judge = TfidfVectorizer(min_df=5, ngram_range=(1, longest), token_pattern=SINGLE).fit(values)
    assert step.terms_["note"] == sorted(judge.vocabulary_)
    asked = ["A broken parcel, broken again", "nothing known", "late"]
    made = step.transform(frame(asked)).filter(like="note: ")
    assert np.allclose(made, judge.transform(asked).toarray())


def test_words_are_named_and_the_text_stays():
    step = TextTerms(most=2, common=1.0)
    made = step.fit_transform(frame(["refund please now"] * 6 + ["refund please"] * 3 + ["refund"]))
    assert made.columns.tolist() == ["note", "note: please", "note: refund"]
    assert step.origins() == {"note": ("note",), "note: please": ("note",), "note: refund": ("note",)}
    # In ten texts "please" is in nine: ln(11/10) + 1, and "refund" in all: ln(11/11) + 1.
    please = np.log(1.1) + 1
    assert made["note: please"][0] == pytest.approx(please / np.hypot(please, 1))
    assert made["note: please"][9] == 0
    assert made["note: refund"][9] == 1


def test_a_word_of_few_rows_or_of_nearly_all_is_not_kept():
    values = ["the cat"] * 4 + ["the dog"] * 5 + ["the bird"] * 6
    assert TextTerms(common=0.5).fit(frame(values)).terms_ == {"note": ["bird", "dog"]}


def test_nothing_that_names_somebody_is_kept():
    values = ["Write to ann@example.org or www.example.org/ann call 5551234 or 42 https://x.example/ann"] * 9
    assert TextTerms(common=1.0).fit(frame(values)).terms_ == {"note": ["42", "call", "or", "to", "write"]}


def test_sequences_do_not_pass_over_the_end_of_a_text():
    assert terms_in("One two THREE", 3) == ["one", "two", "three", "one two", "two three", "one two three"]
    assert terms_in("", 2) == terms_in(None, 2) == terms_in("a ! 7", 2) == []


def test_topics_are_those_of_scikit_learn():
    values = notes()
    step = TextTopics(topics=3, common=1.0, random_state=3).fit(frame(values))
    matrix = TfidfVectorizer(min_df=5, token_pattern=SINGLE).fit_transform(values)
    judge = TruncatedSVD(3, random_state=3).fit(matrix)
    made = step.transform(frame(values))
    assert made.columns.tolist() == ["note", "note_topic_1", "note_topic_2", "note_topic_3"]
    assert np.allclose(made.filter(like="topic"), judge.transform(matrix))
    assert step.origins()["note_topic_3"] == ("note",)


def test_there_are_no_more_topics_than_words():
    step = TextTopics(topics=10, common=1.0).fit(frame(["good day"] * 6))
    assert list(step.get_feature_names_out()) == ["note", "note_topic_1", "note_topic_2"]
    # All texts agree: two equal weights along one direction.
    assert step.transform(frame(["day"]))["note_topic_1"][0] == pytest.approx(np.sqrt(0.5))


def test_lengths_and_patterns_are_counted():
    looks = ["characters", "words", "digits", "upper_share", "has_email", "has_url", "has_number"]
    step = TextLooks(looks=looks)
    values = ["HELLO you 42", "see www.example.org", "to ann@example.org", "@home a@b", None, "…"]
    made = step.fit_transform(frame(values))
    assert made.columns.tolist() == ["note", *(f"note_{look}" for look in looks)]
    assert made.drop(columns="note").to_numpy().tolist() == [
        [12, 3, 2, 5 / 8, 0, 0, 1],
        [19, 2, 0, 0, 0, 1, 0],
        [18, 2, 0, 0, 1, 0, 0],
        [9, 2, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0, 0],
    ]


@pytest.mark.parametrize(("piece", "mail"), [("a@b.c", 1), ("<a@b.c>,", 1), ("@b.c", 0), ("a@b", 0), ("a@.", 0)])
def test_an_address_is_told_by_its_form(piece, mail):
    assert is_mail(piece) == bool(mail)
    assert not is_link(piece)


def test_a_long_text_is_read_at_its_beginning():
    long = frame(["x" * 30_000 + " refund", "@" * 30_000])
    assert TextLooks(looks=["characters"]).fit_transform(long)["note_characters"].tolist() == [20_000, 20_000]


STEPS = [TextTerms(longest=2, common=1.0), TextTopics(topics=3, longest=2, common=1.0), TextLooks()]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: type(step).__name__)
@pytest.mark.parametrize("values", [[None] * 8, ["same"] * 8, ["one row"], [], ["", " ", "!"]], ids=str)
def test_poor_columns_are_withstood(step, values):
    seen = frame(values, n=np.arange(len(values), dtype=float))
    step.fit(seen)
    made = step.transform(frame(["same old", None], n=[1.0, np.nan]))
    assert np.isfinite(made.drop(columns=["note", "n"]).to_numpy(dtype=float)).all()
    assert len(step.transform(seen.iloc[:0]).columns) == len(step.origins())


def test_two_steps_may_read_one_text_and_categories_are_left_alone():
    seen = frame(notes(), c=pd.array(["a b"] * 60, dtype="str"))
    both = TextLooks().fit_transform(TextTopics(topics=1).fit_transform(seen))
    assert both.columns.tolist() == ["note", "c", "note_topic_1", "note_characters", "note_words"]
    assert Finish().fit_transform(both).columns.tolist() == ["note_topic_1", "note_characters", "note_words"]
