"""The model catalogue: the candidates a training tries, what they are good at, and what they cost.

Adding a model means adding one entry here, its estimator in ``core.train.estimators``, and its test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import TrainingError
from core.framing.frame import Task
from core.train import spaces, speeds
from core.train.estimators import boosting, linear, smooth, trees
from core.train.estimators.setting import Setting
from core.train.spaces import Real, Space, Value

_CLASSES = (Task.BINARY, Task.MULTICLASS)
_ALL = (Task.BINARY, Task.MULTICLASS, Task.REGRESSION)
BASELINE = "baseline"
NOT_READABLE = "Not to be read as a whole; Explain shows what moves it."


@dataclass(frozen=True)
class ModelSpec:
    """One candidate.

    Parameters
    ----------
    key, title : str
    good_at : str
        One line in plain words.
    tasks : tuple of Task
        Tasks it suits.
    simplicity : int
        Rank of how easily it is explained and run; lower is simpler.
    needs_scaling : bool
        Whether its columns must have one scale; trees must not get a scaler.
    make : callable
        From a ``Setting``, and settings of its space by name, to an unfitted estimator.
    describe : callable
        From the fitted estimator to a few words, such as "150 trees".
    forecast : callable
        From rows, encoded columns and classes (1 for binary and regression) to the seconds of one fit on one core.
        Only a start: the search corrects it by what it measures.
    most_rows : int or None
        Above this many training rows it is left out.
    most_rows_reason : str
        Why, in plain words.
    space : dict of str to Dimension
        Settings that a search varies and a person may fix; empty where there is nothing worth varying.
    readable : str
        What of it can be read by a person, in a few words.
    by_default : bool
        Whether a training tries it unless it was asked not to.
    memory : callable
        From rows, encoded columns and classes to the bytes of one fit beside the table after the recipe.
    """

    key: str
    title: str
    good_at: str
    tasks: tuple[Task, ...]
    simplicity: int
    needs_scaling: bool
    make: Callable[..., Any]
    describe: Callable[[Any], str]
    forecast: Callable[[int, int, int], float]
    most_rows: int | None = None
    most_rows_reason: str = ""
    space: Space = field(default_factory=dict)
    readable: str = NOT_READABLE
    by_default: bool = True
    memory: Callable[[int, int, int], float] = speeds.table_bytes

    @property
    def is_baseline(self) -> bool:
        """Whether it is the naive guess that all others must beat."""
        return self.key == BASELINE

    def build(
        self,
        task: Task,
        seed: int,
        threads: int,
        n_rows: int,
        n_features: int,
        *,
        metric: str = "",
        n_classes: int | None = None,
        smallest_class: int | None = None,
        params: Mapping[str, Value] | None = None,
    ) -> Any:
        """Return an unfitted estimator.

        Parameters
        ----------
        task : Task
        seed, threads : int
        n_rows : int
            Fewest rows of any fit.
        n_features : int
            Raw columns the model may see.
        metric : str
            Key of the metric that judges.
        n_classes : int, optional
            Default 2 for a classification.
        smallest_class : int, optional
            Fewest rows of one class in any fit; by default enough of each.
        params : mapping, optional
            Settings of its space that are not left at their default.

        Returns
        -------
        A scikit-learn estimator.

        Raises
        ------
        TrainingError
            Where it cannot be built for rows like these.
        """
        if n_classes is None:
            n_classes = 2 if task.is_classification else 0
        if smallest_class is None:
            smallest_class = n_rows // n_classes if n_classes else 0
        setting = Setting(task, metric, seed, threads, n_rows, n_features, n_classes, smallest_class)
        return self.make(setting, **self.checked(params or {}))

    def checked(self, params: Mapping[str, Value]) -> dict[str, Value]:
        """Return settings as they are, or raise ``TrainingError`` for one that is not in the space."""
        for name, value in params.items():
            if name not in self.space:
                known = ", ".join(self.space) or "none"
                raise TrainingError(f"{self.title} has no setting “{name}”.", next_step=f"It has: {known}.")
            fault = spaces.clash(value, self.space[name])
            if fault:
                raise TrainingError(f"{self.title}: {name} cannot be {value}; {fault}.", next_step="Change it.")
        return dict(params)


_ENTRIES = (
    ModelSpec(
        BASELINE,
        "Baseline",
        "Always guesses the same; whatever cannot beat it has learned nothing.",
        _ALL,
        0,
        False,
        linear.baseline,
        linear.describe_baseline,
        speeds.baseline,
        readable="Nothing to read: it is one number.",
    ),
    ModelSpec(
        "logistic_regression",
        "Logistic regression",
        "Easiest to explain: each column pushes the chance up or down by a fixed amount.",
        _CLASSES,
        1,
        True,
        linear.linear,
        linear.describe_linear,
        speeds.linear,
        readable="One weight a column.",
    ),
    ModelSpec(
        "linear_regression",
        "Linear regression",
        "Easiest to explain: each column adds a fixed amount.",
        (Task.REGRESSION,),
        1,
        True,
        linear.linear,
        linear.describe_linear,
        speeds.ridge,
        readable="One weight a column.",
    ),
    ModelSpec(
        "sparse_linear",
        "Elastic net",
        "A linear model that leaves out columns which add nothing; good with many columns and few rows.",
        _ALL,
        2,
        True,
        linear.sparse_linear,
        linear.describe_sparse,
        speeds.sparse,
        space={"l1_ratio": Real(0.1, 1.0)},
        readable="One weight for each column it keeps.",
        by_default=False,
        most_rows=50_000,
        most_rows_reason="It passes over the rows many times and adds little on large tables: left out above 50,000.",
    ),
    ModelSpec(
        "decision_tree",
        "Decision tree",
        "A few questions that fit on one page; good where there are clear rules.",
        _ALL,
        3,
        False,
        trees.decision_tree,
        trees.describe_tree,
        speeds.tree,
        space=spaces.TREE,
        readable="Questions on one page.",
    ),
    ModelSpec(
        "small_boosting",
        "Small boosting",
        "Quick and seldom far from the best: many trees of three questions each (LightGBM).",
        _ALL,
        7,
        False,
        boosting.small_boosting,
        boosting.describe_boosting,
        speeds.boosting,
    ),
    ModelSpec(
        "gradient_boosting",
        "Gradient boosting",
        "Often the best on tables: many small trees, each mending what those before it missed (LightGBM).",
        _ALL,
        9,
        False,
        boosting.gradient_boosting,
        boosting.describe_boosting,
        speeds.boosting,
        space=spaces.BOOSTING,
    ),
    ModelSpec(
        "additive",
        "Additive model",
        "A curve for each number, added up: bends where a line would not, and can still be drawn.",
        _ALL,
        4,
        True,
        linear.additive,
        linear.describe_additive,
        speeds.additive,
        memory=speeds.additive_bytes,
        space=spaces.ADDITIVE,
        readable="One curve a column.",
    ),
    ModelSpec(
        "random_boosting",
        "Boosting with random cuts",
        "Boosting whose trees cut at random places, which steadies it on noisy tables (LightGBM).",
        _ALL,
        8,
        False,
        boosting.random_boosting,
        boosting.describe_boosting,
        speeds.boosting,
    ),
    ModelSpec(
        "extra_trees",
        "Extra trees",
        "A forest that cuts at random places: strong on noisy tables and several outcomes.",
        _ALL,
        6,
        False,
        trees.extra_trees,
        trees.describe_forest,
        speeds.forest,
        memory=speeds.forest_bytes,
        space=spaces.FOREST,
    ),
    ModelSpec(
        "random_forest",
        "Random forest",
        "Robust with little care: many trees on different rows and columns vote.",
        _ALL,
        5,
        False,
        trees.random_forest,
        trees.describe_forest,
        speeds.forest,
        memory=speeds.forest_bytes,
        space=spaces.FOREST,
    ),
    ModelSpec(
        "support_vector_machine",
        "Support vector machine",
        "Smooth curved boundaries on small tables; slow on large ones.",
        _ALL,
        10,
        True,
        smooth.support_vector_machine,
        smooth.describe_machine,
        speeds.machine,
        memory=speeds.machine_bytes,
        space=spaces.MACHINE,
        most_rows=20_000,
        most_rows_reason="Its time and memory grow with the square of the rows: it is left out above 20,000.",
    ),
    ModelSpec(
        "neural_network",
        "Neural network",
        "Smooth mixtures of columns; needs many rows and is the hardest to explain.",
        _ALL,
        12,
        True,
        smooth.neural_network,
        smooth.describe_network,
        speeds.network,
        space=spaces.NETWORK,
    ),
    ModelSpec(
        "kernel_logistic",
        "Kernel model",
        "Smooth curved boundaries on larger tables too: how near a row is to a few hundred others (Nyström).",
        _ALL,
        11,
        True,
        smooth.kernel_logistic,
        smooth.describe_kernel,
        speeds.kernel,
        memory=speeds.kernel_bytes,
        space=spaces.KERNEL,
    ),
    ModelSpec(
        "naive_bayes",
        "Naive Bayes",
        "The quickest: each column speaks for itself. Its chances are often too sure.",
        _CLASSES,
        13,
        True,
        linear.naive_bayes,
        linear.describe_bayes,
        speeds.bayes,
        readable="One average a column and outcome.",
        by_default=False,
    ),
    ModelSpec(
        "nearest_neighbours",
        "Nearest neighbours",
        "Answers by the rows most alike; good on small tables with few columns.",
        _ALL,
        14,
        True,
        smooth.nearest_neighbours,
        smooth.describe_neighbours,
        speeds.neighbours,
        space=spaces.NEIGHBOURS,
        readable="The rows most alike can be shown.",
        by_default=False,
        most_rows=50_000,
        most_rows_reason="Each answer looks at every row it learned: it is left out above 50,000.",
    ),
    ModelSpec(
        "bagged_trees",
        "Bagged trees",
        "Deep trees on rows drawn again and again; a random forest is usually better.",
        _ALL,
        15,
        False,
        trees.bagged_trees,
        trees.describe_forest,
        speeds.bagging,
        by_default=False,
    ),
    ModelSpec(
        "histogram_boosting",
        "Histogram boosting",
        "scikit-learn's own boosting; costs more time than LightGBM for the same result.",
        _ALL,
        16,
        False,
        boosting.histogram_boosting,
        boosting.describe_histogram,
        speeds.boosting,
        by_default=False,
    ),
)
"""In the order of value for time, as tried on public tables; the quickest that suits goes before."""

MODELS: dict[str, ModelSpec] = {entry.key: entry for entry in _ENTRIES}


def suited(task: Task) -> tuple[ModelSpec, ...]:
    """Return every model that suits a task, those that are not tried by default among them."""
    return tuple(spec for spec in MODELS.values() if task in spec.tasks)


def candidates(task: Task, keys: tuple[str, ...] = ()) -> tuple[ModelSpec, ...]:
    """Return what a training tries: the baseline, then the models asked for that suit the task.

    Parameters
    ----------
    task : Task
    keys : tuple of str
        Keys of ``MODELS``; empty means every model that suits and is tried by default. Unknown keys and other tasks'
        models are passed over.

    Returns
    -------
    tuple of ModelSpec
    """
    return tuple(spec for spec in suited(task) if spec.is_baseline or (spec.key in keys if keys else spec.by_default))
