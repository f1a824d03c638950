"""The command line: what the screens do, without a browser."""
