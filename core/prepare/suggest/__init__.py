"""Suggestions: from what the training rows hold to steps that may help, each with its reason."""
