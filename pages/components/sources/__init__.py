"""The form of each kind of source: what is asked before a table is read."""
