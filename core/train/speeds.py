"""How long one fit takes and what memory, from the size of its table alone; a search corrects the time as it measures.

Each function takes rows, encoded columns and classes (1 for binary and regression) and returns the seconds of one fit
on one core, or its bytes. The figures were measured on tables of 500 to 100,000 rows.
"""

from math import ceil, log2, sqrt

CHOOSE_STRENGTH_ROWS = 50_000
COLUMNS_A_TREE = 1_000
"""Most columns a tree of boosting looks at: of thousands each tree draws its own."""


def baseline(rows: int, columns: int, classes: int) -> float:
    """Learn nothing."""
    return 0.002


def linear(rows: int, columns: int, classes: int) -> float:
    """Count logistic regression with its strength chosen in three folds."""
    fits = 16 if rows <= CHOOSE_STRENGTH_ROWS else 3
    # The more columns, the more steps it takes to settle.
    return 0.03 + fits * rows * (columns + 8) * (1 + columns / 1_500) * max(classes, 1) * 4e-8


def ridge(rows: int, columns: int, classes: int) -> float:
    """Count one decomposition of the table."""
    return 0.01 + rows * columns * min(rows, columns) * 5e-10


def sparse(rows: int, columns: int, classes: int) -> float:
    """Count many passes over the rows for each strength."""
    return 0.05 + rows * (columns + 5) * max(classes, 1) * 2e-6


def additive(rows: int, columns: int, classes: int) -> float:
    """Fit a linear model of several times the columns."""
    return 0.05 + rows * (5 * columns + 8) * (1 + columns / 400) * max(classes, 1) * 1.5e-7


def bayes(rows: int, columns: int, classes: int) -> float:
    """Count two passes over the rows."""
    return 0.01 + rows * columns * 1e-8


def tree(rows: int, columns: int, classes: int) -> float:
    """Sort the rows at each level."""
    return 0.005 + rows * columns * log2(rows + 2) * 2.5e-8


def forest(rows: int, columns: int, classes: int) -> float:
    """Grow 150 trees on a part of the columns."""
    return 0.2 + 150 * rows * log2(rows + 2) * sqrt(columns) * 3e-8


def bagging(rows: int, columns: int, classes: int) -> float:
    """Grow 50 trees on all columns."""
    return 0.1 + 50 * rows * log2(rows + 2) * columns * 2.5e-8


def boosting(rows: int, columns: int, classes: int) -> float:
    """Grow some hundred trees, found and then fitted; each passes over the rows and the bins."""
    trees, seen = 400 * min(max(classes, 1), 12), min(columns, COLUMNS_A_TREE)
    return 0.05 + trees * (1e-3 + seen * 1e-5 + rows * (seen + 8) * 3e-9)


def machine(rows: int, columns: int, classes: int) -> float:
    """Count the square of the rows."""
    return 0.02 + rows * rows * (columns + 15) * 9e-10 * sqrt(max(classes, 1))


def kernel(rows: int, columns: int, classes: int) -> float:
    """Count some hundred distances a row, then a linear model on them."""
    return 0.1 + rows * (columns + 300 * max(classes, 1)) * 2e-7


def neighbours(rows: int, columns: int, classes: int) -> float:
    """Compare each row that is judged with every other."""
    return 0.01 + rows * rows * 0.25 * (columns + 10) * 1e-9


def network(rows: int, columns: int, classes: int) -> float:
    """Count some sixty passes over the rows."""
    return 0.1 + 60 * rows * (columns + 60) * 1.2e-8


def torch_network(rows: int, columns: int, classes: int) -> float:
    """Count some sixty passes in batches of an eighth of the rows, of 16 to 1,024, and a part of PyTorch's import."""
    batch = min(max(rows / 8, 16), 1_024)
    return 0.6 + 60 * ceil(rows / batch) * (6e-4 + batch * (columns + 100) * 1.2e-8)


def table_bytes(rows: int, columns: int, classes: int) -> float:
    """Count two copies of the table, and what is said of each row."""
    return 16.0 * rows * columns + 32.0 * rows * max(classes, 1)


def additive_bytes(rows: int, columns: int, classes: int) -> float:
    """Count a table of five times the columns, twice."""
    return table_bytes(rows, 5 * columns, classes)


def forest_bytes(rows: int, columns: int, classes: int) -> float:
    """Count 150 trees whose leaves hold at least two rows, or a five-thousandth of the table."""
    leaves = min(rows / 2, 5_000)
    return table_bytes(rows, columns, classes) + 150 * 2 * leaves * (64 + 8 * max(classes, 2))


def machine_bytes(rows: int, columns: int, classes: int) -> float:
    """Count the cache of the kernel, once for each fold that calibrates."""
    return table_bytes(rows, columns, classes) + 4 * min(400e6, 8.0 * rows * rows)


def torch_network_bytes(rows: int, columns: int, classes: int) -> float:
    """Count PyTorch itself and two copies of the table."""
    return 2.5e8 + table_bytes(rows, columns, classes)


def kernel_bytes(rows: int, columns: int, classes: int) -> float:
    """Count some hundred distances a row, three times."""
    return table_bytes(rows, columns, classes) + 3 * 8.0 * 300 * rows
