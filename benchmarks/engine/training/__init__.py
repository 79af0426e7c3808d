"""What the engine lends a strategy: guarded data, losses, and the one training loop."""
