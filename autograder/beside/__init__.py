"""Untrusted: what runs beside a learner's code, and what probes are written with. It knows no answer and no verdict."""
