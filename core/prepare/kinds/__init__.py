"""The kinds of steps, one file a family; each file's ``KINDS`` is its part of the registry."""
