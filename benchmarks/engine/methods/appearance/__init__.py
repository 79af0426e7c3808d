"""The same anatomy seen otherwise: random changes of intensity, not of shape."""
