"""What a source network says about the target's weights, as a Gaussian."""
