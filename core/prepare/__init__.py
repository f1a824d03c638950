"""Prepare: the recipe and its steps, the split, and the compiler to a scikit-learn pipeline."""
