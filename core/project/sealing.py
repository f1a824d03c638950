"""What a project's looks at the sealed test say of its model."""

from core.evaluate.enough import Look, SealStatement, seal_statement
from core.evaluate.score import Score
from core.project.document import Project


def statement(project: Project, left_out: Score, fingerprint: str) -> SealStatement:
    """Hold the project's model against what its frame calls good enough.

    Every opening counts, those of other models and of an earlier split among them: to count too many makes the
    statement more careful, never less.

    Parameters
    ----------
    project : Project
    left_out : Score
        The model's main score on the rows left out in training.
    fingerprint : str
        Of the model.

    Returns
    -------
    SealStatement
    """
    looks = [
        Look(
            look.at.date().isoformat(),
            look.metric,
            look.score,
            look.low,
            look.high,
            look.rows,
            look.fingerprint == fingerprint,
        )
        for look in project.seal
    ]
    own = Look("", left_out.metric, left_out.value, left_out.low, left_out.high, left_out.n, True)
    return seal_statement(project.frame, looks, own)
