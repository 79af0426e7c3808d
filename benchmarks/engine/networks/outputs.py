"""What a network's outputs say, whatever the task."""

from torch import Tensor


def answers(outputs: Tensor) -> Tensor:
    """Return one answer a pixel in fp32, (batch, height, width), of (batch, channels, h, w).

    Two channels are logits: the answer is the chance of region or diagnosis. One is a measure.
    """
    outputs = outputs.float()
    return outputs[:, 0] if outputs.shape[1] == 1 else outputs.softmax(dim=1)[:, 1]
