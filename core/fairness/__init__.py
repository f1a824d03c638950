"""Fairness: rates by group with intervals, and remedies for their differences."""
