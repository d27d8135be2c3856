"""The grader graded: which probe catches which mistake, and what is weak or unfair."""
