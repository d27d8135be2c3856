"""Not in tests/, so that `pytest exercises/` finds it from the repository's root, whichever pytest is called."""

pytest_plugins = ["autograder.pytest_plugin"]
