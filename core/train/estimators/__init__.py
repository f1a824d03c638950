"""The estimators behind the catalogue, built for a task and the size of its table.

Every one of them is deterministic for a seed and made of classes that the persistence of a bundle knows. The libraries
are imported when one is built: the screens read the catalogue and must not pay for that. Settings that a search may
vary are named arguments with the value that is right for most tables.
"""
