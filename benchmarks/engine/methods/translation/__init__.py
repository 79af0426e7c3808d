"""Making images or features of one domain look like the other's: arrays in, arrays out."""
