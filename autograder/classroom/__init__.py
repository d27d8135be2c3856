"""Grading many submissions, none of which is trusted."""
