"""Sliced Wasserstein: alignment of feature distributions along random directions."""

from functools import partial

from benchmarks.engine.methods.divergences.sliced_wasserstein import sliced_wasserstein_squared
from benchmarks.engine.strategies.shared.alignment import train_aligned
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.direct import SlicedWassersteinParams


class SlicedWasserstein:
    """Minimise L_task(source) + trade_off * mean_v W_2^2(<f(s), v>, <f(t), v>).

    Bonneel et al. 2015 average the one-dimensional distance over directions v, redrawn in each
    step. Lee et al. 2019 use it between the outputs of two classifiers; here it is between the
    domains, at pixels of the last feature map before the head.
    """

    def __init__(self, params: SlicedWassersteinParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise task loss on the source plus the distance between the domains."""
        distance = partial(
            sliced_wasserstein_squared,
            generator=trainer.generator("directions"),
            projections=self.params.projections,
        )
        train_aligned(
            access,
            trainer,
            distance,
            trade_off=self.params.trade_off,
            pixels=self.params.pixels,
        )
