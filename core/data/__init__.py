"""Data: reading tables, guessing their schema, profiling and checking them."""

from core.data.options import ReadOptions
from core.data.read import read_table
from core.data.table import Table

__all__ = ["ReadOptions", "Table", "read_table"]
