"""Large tables: text or Parquet becomes a Parquet file of plain types column by column, never held whole."""
