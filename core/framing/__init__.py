"""Framing: the question, the outcome, the metric, the costs, and who may be harmed."""
