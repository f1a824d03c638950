"""The fault a bundle names in plain words."""


class RuntimeFault(Exception):  # noqa: N818
    """A bundle or its input cannot be used; the text says what, where, and what to do next."""


class UnusableError(RuntimeFault, ValueError):
    """What was handed to a transformer or to the loader is not what it takes."""
