"""Slips that sister exercises share: they apply wherever the code that they change stands in the reference or a right.

Their sentences are true of any exercise; what an exercise can say better, it says under the same name or its own.
"""

from autograder.checks.families import layers, loaders, loops, numbers, scores, sequences, slices

__all__ = ["layers", "loaders", "loops", "numbers", "scores", "sequences", "slices"]
