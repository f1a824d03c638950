"""Monitor: has the data drifted, and is the model still as good as it was."""
