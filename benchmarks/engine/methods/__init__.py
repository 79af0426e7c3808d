"""Mathematics of transfer on tensors and arrays, independent of plans and training loops."""
