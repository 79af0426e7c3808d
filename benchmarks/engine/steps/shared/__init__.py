"""What the steps of every protocol use: their context, domains, weights, predictions."""
