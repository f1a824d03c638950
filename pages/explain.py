"""Explain: why the model says what it says, for one case and for all of them."""

from core.project.fingerprint import training_fingerprint
from pages.components import layout, reasons, results, session, states
from pages.components.screen import action_bar, is_locked, screen

SENTENCE = "Why the model says what it says, for one case and for all of them."

if not is_locked("explain", SENTENCE):
    with screen("explain", SENTENCE) as project:
        outdated = project.training != training_fingerprint(project)
        if outdated:
            states.outdated()
        else:
            view = layout.switch(["One case", "All cases", "One column"], key="explain_view")
            if view == "All cases":
                reasons.all_cases(project)
            elif view == "One column":
                reasons.one_column(project)
            else:
                reasons.one_case(project, reasons.pick(project))
    if outdated:
        action_bar("explain", "Train again", to="train", note="Results belong to an earlier state of the project")
    else:
        rows = len(results.problem(session.current()).split.train)
        action_bar("explain", "Continue to Fairness", note=f"The model was fitted on {rows:,} training rows")
