"""Notebooks for classes: generated from `solutions/` and `autograder/checks/`, read and written without nbformat."""
