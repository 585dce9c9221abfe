"""Measures of speed, each as a ratio against the bare thing in the same run: `python -m benchmarks`."""
