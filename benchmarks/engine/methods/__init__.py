"""Mathematics usable alone: tensors and arrays in, numbers out; no plan, no training loop."""
