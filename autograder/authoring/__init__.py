"""The grader graded, and what is written to be told apart: known mistakes in short form, mutants, the kill matrix."""
