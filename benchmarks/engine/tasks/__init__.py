"""What is predicted, how it is scored, and how a checkpoint is validated."""
