"""Predictions from a network's outputs, for every task."""

from torch import Tensor


def answers(outputs: Tensor) -> Tensor:
    """Return one prediction per pixel in fp32, (batch, height, width), of (batch, channels, h, w).

    Two channels are logits and give the probability of region or diagnosis. One channel is a number
    and is returned unchanged.
    """
    outputs = outputs.float()
    return outputs[:, 0] if outputs.shape[1] == 1 else outputs.softmax(dim=1)[:, 1]
