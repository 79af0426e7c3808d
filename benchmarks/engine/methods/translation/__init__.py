"""Translation of one domain's images or features to the other's, on arrays."""
