"""Mutants of a reference that behave like it, with the reason: no probe can or should catch these."""

EQUIVALENT: dict[str, dict[str, str]] = {}
