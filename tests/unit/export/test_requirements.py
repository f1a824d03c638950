from importlib.metadata import version

from lightgbm import LGBMRegressor
from sklearn.compose import TransformedTargetRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from core.export.requirements import needed, pinned, requirements_text


def test_a_library_is_found_however_deep_its_estimator_lies() -> None:
    inner = TransformedTargetRegressor(regressor=LGBMRegressor(), transformer=StandardScaler())
    assert "lightgbm" in needed(Pipeline([("scale", StandardScaler()), ("model", inner)]))
    assert "lightgbm" not in needed(Pipeline([("scale", StandardScaler())]))


def test_the_reader_of_the_data_file_is_needed_too() -> None:
    pipeline = Pipeline([("scale", StandardScaler())])
    assert "python-calamine" in needed(pipeline, "excel")
    assert "pyarrow" in needed(pipeline, "parquet")
    assert "pyarrow" not in needed(pipeline, "text")


def test_what_is_needed_in_turn_is_pinned_at_the_installed_version() -> None:
    pins = pinned(["scikit-learn"])
    assert pins["threadpoolctl"] == version("threadpoolctl")
    assert {"numpy", "scipy", "joblib", "scikit-learn"} <= set(pins)
    assert "matplotlib" not in pins
    assert list(pins) == sorted(pins)


def test_the_text_pins_one_a_line() -> None:
    assert requirements_text({"a": "1", "b": "2.0"}, "3.11.7").splitlines()[1:] == ["a==1", "b==2.0"]
