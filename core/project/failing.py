"""From a project's judged rows to the parts of them on which its model fails."""

from core.evaluate.slices import Slices, find_slices
from core.prepare.problem import Problem
from core.project.judge import Judged


def slices(built: Problem, judged: Judged) -> Slices:
    """Look for parts of the rows left out on which the model fails: by its own columns first, then by all others."""
    others = [name for name in built.X.columns if name not in built.features]
    columns = [name for name in (*built.features, *others) if name in built.schema]
    return find_slices(judged.outcomes, built.X.iloc[judged.rows], built.schema, columns)
