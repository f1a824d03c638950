"""The errors a person may see: what happened, where, and what to do next."""


class FairwayError(Exception):
    """A fault told in plain words.

    Parameters
    ----------
    what : str
        What happened, one sentence in plain words, with the numbers that show it.
    where : str
        The place in the user's own terms (file, sheet, column, row), never a server path.
    next_step : str
        What the user can do now.
    """

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        self.what = what
        self.where = where
        self.next_step = next_step
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The whole text as the user reads it."""
        return " ".join(part for part in (self.what, self.where, self.next_step) if part)


class InputError(FairwayError):
    """Something the caller gave cannot be used: the command line answers with exit status 2."""


class DataError(InputError):
    """A file or a table cannot be read, or holds nothing a model can learn from."""


class LimitError(DataError):
    """Something is larger than Fairway takes; the text names the limit."""


class FrameError(InputError):
    """The frame does not fit the table: no such target, one outcome only, a metric of another task."""


class RecipeError(InputError):
    """A step of the recipe cannot be applied; the text names the step and the column."""


class NotFoundError(FairwayError):
    """A project, table or run does not exist, or is not this user's."""


class StaleRevisionError(FairwayError):
    """Somebody saved a newer revision of this project in the meantime.

    Parameters
    ----------
    what, where, next_step : str
        As in ``FairwayError``.
    newer : object
        The project as it is stored now.
    """

    def __init__(self, what: str, *, where: str = "", next_step: str = "", newer: object = None) -> None:
        super().__init__(what, where=where, next_step=next_step)
        self.newer = newer


class DamagedProjectError(FairwayError):
    """A stored project cannot be read; the others are untouched."""


class StorageError(FairwayError):
    """The disk or the database refused a write; what was there before is unharmed."""


class TrainingError(FairwayError):
    """A candidate could not be trained; the leaderboard shows it as a row with this cause."""


class BundleError(FairwayError):
    """A bundle is incomplete, changed since it was made, or does not answer as the model did."""


class JobError(FairwayError):
    """A job could not be started, or its worker ended before it was done."""
