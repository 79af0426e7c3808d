"""From changed intensities back to z-scores that a network can see."""

from torch import Tensor

from benchmarks.engine.domains.standardised import LIMIT

SMALLEST_DEVIATION = 1e-6


def standardised_as(intensities: Tensor, images: Tensor) -> Tensor:
    """Return z-scores (slices, 1, height, width) of changed ``intensities`` of those ``images``.

    A subject's images are z-scored over all its slices, but a batch has single slices of many
    subjects. So each changed slice keeps the mean and the standard deviation that it had among its
    subject's slices: ``images`` are the unchanged z-scores. A change of brightness or contrast of a
    whole slice therefore leaves no trace, as it leaves none in a standardised subject. Background,
    where ``images`` are 0, stays 0.
    """
    inside = (images != 0).to(images.dtype)
    mean, deviation = _moments(intensities, inside)
    own_mean, own_deviation = _moments(images, inside)
    scores = (intensities - mean) / deviation.clamp_min(SMALLEST_DEVIATION)
    return (scores * own_deviation + own_mean).clamp(-LIMIT, LIMIT) * inside


def _moments(images: Tensor, inside: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation of each slice's brain, (slices, 1, 1, 1) each."""
    count = inside.sum(dim=(1, 2, 3), keepdim=True).clamp_min(1)
    mean = (images * inside).sum(dim=(1, 2, 3), keepdim=True) / count
    squares = ((images - mean).square() * inside).sum(dim=(1, 2, 3), keepdim=True) / count
    return mean, squares.sqrt()
