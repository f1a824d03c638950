"""The code that travels inside an exported bundle; it imports nothing else of ``core``."""
