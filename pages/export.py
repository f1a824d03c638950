"""Export: the model leaves the app as a bundle that was run on golden rows first."""

import streamlit as st

from core.project.fingerprint import training_fingerprint
from core.project.journey import stage_fingerprint
from core.project.shipping import record
from pages.components import bundles, results, session, states
from pages.components.screen import action_bar, is_locked, screen

SENTENCE = "Take the model with you. It is run on golden rows first and offered only if it answers like the model here."

if not is_locked("export", SENTENCE):
    parcel = None
    with screen("export", SENTENCE) as project:
        if project.training != training_fingerprint(project):
            states.outdated()
        else:
            fingerprint = stage_fingerprint(project, "export", results.board(project))
            bundles.what_ships(project, fingerprint)
            parcel = bundles.bundle(project, fingerprint)
            if parcel is not None and parcel.certificate.offered:
                bundles.papers(parcel)
                if not any(export.fingerprint == fingerprint for export in project.exports):
                    session.change(lambda seen: record(seen, parcel, fingerprint, now=session.now()))
                    st.rerun()  # the sidebar opens Monitor
    if session.current().exports:
        action_bar("export", "Set up Monitor", note="Hold later rows against the training data")
    else:
        action_bar("export", note="Monitor opens after the first export")
