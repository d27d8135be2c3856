"""Trusted: compare, judge, grade. It reads plain data, and never imports torch or what runs beside a learner's code."""
