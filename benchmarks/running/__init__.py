"""One attempt at a run: the engine as a child process, its events as rows, its end as a state."""
