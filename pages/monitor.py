"""Monitor: later rows held against the training data, and whether the model is still as good as it was."""

from pages.components import results, watching
from pages.components.screen import action_bar, is_locked, screen

SENTENCE = "The world moves on. Hold later rows against the training data, and see whether the model still holds."

if not is_locked("monitor", SENTENCE):
    with screen("monitor", SENTENCE) as project:
        watching.bring(project)
        if project.watches:
            kept = watching.pick(project)
            report = results.watch_report(project, kept)
            watching.figures(report, kept)
            watching.in_words(report, kept)
            watching.columns(report)
            watching.history(project)
    if project.watches and report.worse:
        action_bar("monitor", "Train again", to="train", note="Put the later rows into the table first")
    else:
        action_bar("monitor", note="" if project.watches else "Nothing was brought yet")
