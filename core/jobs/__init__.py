"""Jobs: long work in processes of its own, with status, stop and discard."""
