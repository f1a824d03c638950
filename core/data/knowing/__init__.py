"""Knowing the data: cards of columns, gaps, associations, near repeats, and the rows behind each number."""
