"""What a training does after its candidates, in the words of the screens and the command line."""

from core.train.board import TrainPlan

TUNING = {
    "all": "Tune and blend",
    "tune": "Tune only",
    "blend": "Blend only",
    "none": "Nothing more",
}


def tuning_of(plan: TrainPlan) -> str:
    """Return the key of ``TUNING`` that a plan asks for."""
    if plan.draws == 0:
        return "blend" if plan.blend else "none"
    return "all" if plan.blend else "tune"
