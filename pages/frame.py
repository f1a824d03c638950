"""Frame: a short interview that fixes what the model is for, before anything is computed."""

from pages.components import interview, session
from pages.components.screen import action_bar, screen

with screen("frame", "Say what the answer is for. Metric, split, line and fairness measure follow from it.") as project:
    table = session.table_or_none(project)
    interview.decision(project)
    interview.outcome(project, table)
    interview.moment(project, table)
    if interview.asks_costs(project.frame):
        interview.costs(project)
    interview.people(project, table)
    interview.good_enough(project, table)

frame = session.current().frame
if table is None:
    action_bar("frame", "Continue to Data", note="Next: bring a table")
elif frame.complete:
    action_bar("frame", "Continue to Data", note="Every answer is saved as you give it")
else:
    action_bar(
        "frame",
        "Continue to Data",
        note="The outcome is still open",
        disabled=True,
        help_text="Name the outcome first.",
    )
