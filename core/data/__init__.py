"""Data: reading tables, guessing their schema, profiling and checking them."""
