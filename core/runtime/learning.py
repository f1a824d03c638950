"""How a neural network learns: by PyTorch, which is needed for nothing else and is imported only here."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.runtime.errors import UnusableError

PYTORCH: Final = "2.13.0"
"""The version networks are made with; another may round differently."""
ASIDE = 0.15
LEAST_ASIDE = 10
"""Fewest rows set aside that can say when to stop."""
PLAIN_EPOCHS = 30
"""Passes over the rows where too few could be set aside."""
PATIENCE = 20
"""Passes without a gain on the rows set aside, after which learning stops."""
STEPS = 8
"""Steps of one pass over the rows, as far as the size of a batch lets it."""
BATCH = (16, 1_024)
"""Smallest and largest batch."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Lesson:
    """How a network learns.

    Parameters
    ----------
    layers : tuple of int
        Units of each hidden layer.
    dropout : float
        Share of the units that is left out at random in each step.
    decay : float
        Weight decay of AdamW.
    rate : float
        Learning rate to begin with; it falls to nothing along a cosine.
    epochs : int
        Most passes over the rows.
    loss : {"log_loss", "squared_error", "absolute_error"}
    seed : int
    """

    layers: tuple[int, ...]
    dropout: float
    decay: float
    rate: float
    epochs: int
    loss: str
    seed: int


@dataclass(frozen=True, eq=False)
class Learned:
    """What a network learned.

    Parameters
    ----------
    weights, biases : list of ndarray
        A layer answers ``values @ weight + bias``.
    epoch : int
        The pass after which it is kept.
    seen, aside : list of float
        The loss after each pass, as it was while learning and on the rows set aside; those may be none.
    """

    weights: list[Floats]
    biases: list[Floats]
    epoch: int
    seen: list[float]
    aside: list[float]


def learn(X: NDArray[np.float32], y: NDArray[Any], outputs: int, lesson: Lesson) -> Learned:
    """Teach a network; some of the rows are set aside to say when to stop.

    The same rows and seed give the same weights, on any number of cores: it learns on one thread.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Of four bytes a number.
    y : ndarray of shape (n,)
        Numbers of classes, or amounts.
    outputs : int
        Classes; 1 for amounts.
    lesson : Lesson

    Returns
    -------
    Learned

    Raises
    ------
    UnusableError
        PyTorch is not installed, or the network does not settle.
    """
    try:
        import torch
    except ImportError:
        raise UnusableError(
            f"PyTorch, with which this network learns, is not installed here (pip install torch=={PYTORCH})."
        ) from None
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(lesson.seed)
            return _learn(X, y, outputs, lesson)
    finally:
        torch.set_num_threads(threads)


def _learn(X: NDArray[np.float32], y: NDArray[Any], outputs: int, lesson: Lesson) -> Learned:
    import torch

    learn_from, aside = _parts(y, lesson)
    truth = torch.from_numpy(y if lesson.loss == "log_loss" else y.astype(np.float32))
    table = torch.from_numpy(X)
    network, measure = _network(X.shape[1], outputs, lesson), _measure(lesson.loss)
    epochs = lesson.epochs if len(aside) else min(PLAIN_EPOCHS, lesson.epochs)
    batch = int(np.clip(2 ** round(np.log2(len(learn_from) / STEPS)), *BATCH))
    steps = -(-len(learn_from) // batch)
    optimiser = _optimiser(network, lesson)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs * steps)
    table_aside, truth_aside = table[aside], truth[aside]
    table, truth = table[learn_from], truth[learn_from]
    best, best_epoch, seen, judged = _weights(network), 0, [], []
    for epoch in range(1, epochs + 1):
        network.train()
        total = 0.0
        for rows in torch.randperm(len(table)).split(batch):
            optimiser.zero_grad()
            loss = measure(network(table[rows]), truth[rows])
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(rows)
        seen.append(total / len(table))
        if len(aside):
            network.train(mode=False)
            with torch.no_grad():
                judged.append(measure(network(table_aside), truth_aside).item())
        if not judged or judged[-1] == min(judged):
            best, best_epoch = _weights(network), epoch
        elif epoch - best_epoch >= PATIENCE:
            break
    if not np.isfinite(seen[:best_epoch]).all() or not best_epoch:
        raise UnusableError("The network did not settle: its numbers grew beyond all bounds.")
    return Learned(*best, epoch=best_epoch, seen=seen, aside=judged)


def _parts(y: NDArray[Any], lesson: Lesson) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows to learn from, and those set aside: none where they would be too few."""
    from sklearn.model_selection import ShuffleSplit, StratifiedShuffleSplit

    if len(y) * ASIDE < LEAST_ASIDE:
        return np.arange(len(y)), np.arange(0)
    kind: Any = ShuffleSplit
    if lesson.loss == "log_loss":
        counts = np.bincount(y)
        if counts.min() >= 2 and len(counts) <= len(y) * ASIDE:
            kind = StratifiedShuffleSplit
    return next(kind(1, test_size=ASIDE, random_state=lesson.seed).split(np.zeros(len(y)), y))  # type: ignore[no-any-return]


def _network(columns: int, outputs: int, lesson: Lesson) -> Any:
    from torch import nn

    parts: list[Any] = []
    for units in lesson.layers:
        parts += [nn.Linear(columns, units), nn.ReLU(), nn.Dropout(lesson.dropout)]
        columns = units
    return nn.Sequential(*parts, nn.Linear(columns, outputs))


def _optimiser(network: Any, lesson: Lesson) -> Any:
    """Return AdamW; biases do not decay."""
    import torch

    weights = [one for one in network.parameters() if one.ndim > 1]
    biases = [one for one in network.parameters() if one.ndim == 1]
    groups = [{"params": weights, "weight_decay": lesson.decay}, {"params": biases, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=lesson.rate, fused=True)


def _measure(loss: str) -> Any:
    """Return the function that measures what was said of rows against what is true of them."""
    from torch.nn import functional

    if loss == "log_loss":
        return functional.cross_entropy
    measure = functional.mse_loss if loss == "squared_error" else functional.l1_loss
    return lambda said, truth: measure(said[:, 0], truth)


def _weights(network: Any) -> tuple[list[Floats], list[Floats]]:
    layers = [part for part in network if hasattr(part, "weight")]
    # Answers are computed with eight bytes a number: in four, a row would answer otherwise alone than among others.
    as_numpy = [(part.weight.detach().numpy().T, part.bias.detach().numpy()) for part in layers]
    return [np.array(one, dtype=np.float64) for one, _ in as_numpy], [np.array(one, np.float64) for _, one in as_numpy]
