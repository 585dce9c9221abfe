"""article → story: which articles report one event."""
