"""Measures of quality on files given by the caller, each beside a baseline: `python -m evals`."""
