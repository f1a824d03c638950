from pages.components.screen import is_locked

is_locked("monitor", "x")
