"""Explain: what drives a model, and why it said what it said for one row."""
