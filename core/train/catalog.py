"""The model catalogue: the candidates a training tries, what they are good at, and what they cost.

Adding a model means adding one entry here, its estimator in ``core.train.estimators``, and its test.
"""

from core.framing.frame import Task
from core.train import spaces, speeds
from core.train.estimators import boosting, linear, network, smooth, trees
from core.train.spaces import Real
from core.train.spec import BASELINE, ModelSpec

__all__ = ["BASELINE", "MODELS", "ModelSpec", "candidates", "suited"]

_CLASSES = (Task.BINARY, Task.MULTICLASS)
_ALL = (Task.BINARY, Task.MULTICLASS, Task.REGRESSION)

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
        space=spaces.ONLY_WEIGHTS,
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
        space=spaces.ONLY_LOSS,
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
        space={"l1_ratio": Real(0.1, 1.0), **spaces.ONLY_WEIGHTS},
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
        keeps_order=True,
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
        space=spaces.NOT_DRAWN,
        keeps_order=True,
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
        keeps_order=True,
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
        space=spaces.NOT_DRAWN,
        keeps_order=True,
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
        keeps_order=True,
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
        keeps_order=True,
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
        "torch_network",
        "Neural network with dropout",
        "Smooth mixtures of columns, kept from learning rows by heart by dropout and weight decay (PyTorch).",
        _ALL,
        17,
        True,
        network.torch_network,
        network.describe_torch_network,
        speeds.torch_network,
        memory=speeds.torch_network_bytes,
        space=spaces.TORCH_NETWORK,
        needs="torch",
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
        space=spaces.HISTOGRAM,
        keeps_order=True,
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
        Keys of ``MODELS``; empty means every model that suits, is tried by default and can learn here. Unknown keys and
        other tasks' models are passed over.

    Returns
    -------
    tuple of ModelSpec
    """
    usual = tuple(spec for spec in suited(task) if spec.by_default and not spec.missing)
    return tuple(spec for spec in suited(task) if spec.key in keys or spec.is_baseline) if keys else usual
