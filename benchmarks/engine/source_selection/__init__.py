"""Source selection on a person's own tasks, from the engine's command line."""
