"""What strategies are given: guarded data, losses, and the common training loop."""
