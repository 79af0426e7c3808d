"""Gaussian priors over the target network's weights, from a source network."""
