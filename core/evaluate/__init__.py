"""Evaluate: judgement from outcomes and predictions alone; it knows no model."""
