"""What measurements say: intervals, tests, ranks, embeddings' measures, pictures."""
