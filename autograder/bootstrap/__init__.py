"""Set-up: from a fresh clone to a `.venv` that can check an answer. Standard library only."""
