"""The diagonal Fisher information of a network's weights."""

import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax


def diagonal_fisher(network: nn.Module, images: Tensor, generator: torch.Generator) -> Tensor:
    """Return F_i = E_x E_y~p(y|x) [(d log p(y|x) / d w_i)^2] per pixel, (parameters,).

    Labels y are drawn from the network's own prediction, independently per pixel given the image,
    so that no true label is needed and the estimate is unbiased. Gradients are taken per image in
    eval mode, since batch norm would mix images otherwise.
    """
    network.eval()
    parameters = list(network.parameters())
    total = torch.zeros(sum(p.numel() for p in parameters), device=images.device)
    pixels = 0
    for image in images.split(1):
        logits = network(image).float()
        pixels += logits[0, 0].numel()
        score = drawn_log_likelihood(logits, generator)
        gradients = torch.autograd.grad(score, parameters)
        total += torch.cat([gradient.flatten() for gradient in gradients]).square()
    return total / max(1, pixels)


def drawn_log_likelihood(logits: Tensor, generator: torch.Generator) -> Tensor:
    """Return sum over pixels of log p(y) for y drawn from softmax(logits), a scalar.

    ``logits`` is (batch, 2, height, width). For regression, (batch, 1, 1, 1), the mean absolute
    error corresponds to a Laplace likelihood of scale 1. Its d log p(y) / d output is 1 or -1 with
    equal probability, so that nothing need be drawn for squared gradients.
    """
    if logits.shape[1] == 1:
        return logits.sum()
    log_chances = log_softmax(logits, dim=1)
    foreground = log_chances[:, 1:].exp().detach().cpu()
    drawn = torch.bernoulli(foreground, generator=generator).long().to(logits.device)
    return log_chances.gather(1, drawn).sum()
