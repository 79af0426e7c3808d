"""MMD: alignment of source and target features by the maximum mean discrepancy."""

from benchmarks.engine.methods.divergences.mmd import mmd_squared
from benchmarks.engine.strategies.shared.alignment import train_aligned
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.direct import MmdParams


class Mmd:
    """Minimise L_task(source) + trade_off * ||mean_i phi(f(s_i)) - mean_j phi(f(t_j))||^2.

    Long et al. 2015 (DAN), eq. 1 and 4, with several Gaussian kernels. They align the fully
    connected layers of an image classifier and learn the kernels' shares. Here the last feature map
    before the head is aligned, pixels are samples, and the kernels have equal shares.
    """

    def __init__(self, params: MmdParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise task loss on the source plus the squared MMD between the domains."""
        train_aligned(
            access,
            trainer,
            mmd_squared,
            trade_off=self.params.trade_off,
            pixels=self.params.pixels,
        )
