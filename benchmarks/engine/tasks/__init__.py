"""Tasks: labels, networks, predictions, scores and validation of checkpoints."""
