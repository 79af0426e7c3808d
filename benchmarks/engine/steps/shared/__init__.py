"""Code for the steps of all protocols: context, domains, weights, predictions."""
