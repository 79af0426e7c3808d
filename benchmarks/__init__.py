"""What our experiments say: plans, the engine that runs them, and their results as rows."""
