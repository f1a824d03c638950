"""Sources: where a table comes from. Each kind brings a file that the reader then reads, and remembers how."""
