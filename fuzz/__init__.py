"""Fuzzers for what reads outside text: `python -m fuzz TARGET`. How to run and extend them: docs/fuzzing.md."""
