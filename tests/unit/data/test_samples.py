import pytest

from core.data.guess import guess_schema
from core.data.samples import FOLDER, SAMPLES, Sample, load_sample
from core.data.schema import ColumnType
from core.errors import NotFoundError
from core.framing.frame import Task
from core.framing.metrics import METRICS
from core.framing.templates import TEMPLATES


@pytest.fixture(params=list(SAMPLES), name="sample")
def _sample(request: pytest.FixtureRequest) -> Sample:
    return SAMPLES[request.param]


def test_the_table_has_the_size_that_is_told(sample: Sample) -> None:
    assert load_sample(sample.key).shape == (sample.rows, sample.columns)


def test_the_frame_is_ready(sample: Sample) -> None:
    frame, columns = sample.frame, set(load_sample(sample.key).frame.columns)
    assert frame.complete
    assert all((frame.question, frame.row_is, frame.predicted_at, frame.today, frame.harm, frame.good_enough))
    assert {frame.target, *frame.sensitive, *frame.unknown_at_prediction} <= columns
    assert frame.metric in METRICS
    assert frame.template in {"", *TEMPLATES}


def test_the_positive_outcome_occurs(sample: Sample) -> None:
    target = load_sample(sample.key).frame[str(sample.frame.target)]
    if sample.task is Task.BINARY:
        assert sample.frame.positive in set(target)
        assert target.nunique() == 2
    assert target.notna().all()


def test_the_texts_are_there(sample: Sample) -> None:
    assert all((sample.title, sample.subtitle, sample.kind, sample.lesson, sample.source, sample.licence))
    assert sample.minutes > 0
    assert len(sample.description) >= 2


def test_columns_named_in_the_description_exist(sample: Sample) -> None:
    named = [part for line in sample.description for part in line.split("`")[1::2]]
    assert set(named) <= set(load_sample(sample.key).frame.columns)


def test_the_target_is_guessed_to_be_usable(sample: Sample) -> None:
    found = guess_schema(load_sample(sample.key).frame)[str(sample.frame.target)].type
    assert (found is ColumnType.NUMBER) == (sample.task is Task.REGRESSION)
    assert found not in (ColumnType.IDENTIFIER, ColumnType.TEXT)


def test_the_samples_cover_every_task_and_stay_small() -> None:
    assert {sample.task for sample in SAMPLES.values()} == set(Task)
    assert len(SAMPLES) >= 7
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 3_000_000


def test_the_leak_of_the_mortgages_is_left_for_the_coach() -> None:
    sample = SAMPLES["mortgages"]
    assert (sample.rows, sample.frame.target, sample.frame.sensitive) == (2380, "deny", ("afam",))
    assert sample.frame.unknown_at_prediction == ()
    frame = load_sample("mortgages").frame
    refused = frame[frame["insurance"] == "yes"]
    assert (len(refused), int((refused["deny"] == "yes").sum())) == (48, 44)


def test_numbers_in_the_descriptions_are_the_tables() -> None:
    counts = {
        "mortgages": ("deny", "yes", 285),
        "churn": ("churn", "Yes", 1869),
        "credit": ("Status", "bad", 1254),
        "attrition": ("Attrition", "Yes", 237),
        "titanic": ("survived", "yes", 500),
    }
    for key, (column, value, count) in counts.items():
        assert int((load_sample(key).frame[column] == value).sum()) == count
        assert f"{count:,}" in " ".join(SAMPLES[key].description)


def test_an_unknown_sample_is_told() -> None:
    with pytest.raises(NotFoundError, match="no sample called “iris”"):
        load_sample("iris")
