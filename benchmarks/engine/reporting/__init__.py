"""Analysis of measurements: intervals, tests, ranks, measures of embeddings, figures."""
