"""Mutual information: features are made uninformative about their domain."""

from benchmarks.engine.methods.divergences.mutual_information import domain_information
from benchmarks.engine.strategies.shared.alignment import train_aligned
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.direct import MutualInformationParams


class MutualInformation:
    """Minimise L_task(source) + trade_off * I(f(x); domain).

    I = H(f) - sum_k p_k H(f | domain k), with the entropies of Gaussians (Cover and Thomas 2006,
    theorem 8.4.1): it is 0 where the domains' features agree in mean and covariance. The review
    states only that study 61 minimises a difference via mutual information. That it is the
    information between features and domain is our reading.
    """

    def __init__(self, params: MutualInformationParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the source's task loss plus the features' information on the domain, in nats."""
        train_aligned(
            access,
            trainer,
            domain_information,
            trade_off=self.params.trade_off,
            pixels=self.params.pixels,
        )
