"""brief → topic: which briefs a workspace follows."""
