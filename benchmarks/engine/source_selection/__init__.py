"""Source selection on the user's own tasks, from the engine's command line."""
