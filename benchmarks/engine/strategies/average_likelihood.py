"""Average likelihood: each domain's features are as likely under the other's density."""

from benchmarks.engine.methods.divergences.average_likelihood import likelihood_gap
from benchmarks.engine.strategies.shared.alignment import train_aligned
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.direct import AverageLikelihoodParams


class AverageLikelihood:
    """Minimise L_task(source) + trade_off * [L_s(s) - L_t(s) + L_t(t) - L_s(t)].

    L_k(x) is the average log-likelihood of features x under the Gaussian of domain k. The review
    names "average likelihood" of one study whose text is not at hand; that densities are Gaussian
    and that the loss is counted both ways is our reading (Kullback and Leibler 1951).
    """

    def __init__(self, params: AverageLikelihoodParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the source's task loss plus the loss of average likelihood."""
        train_aligned(
            access,
            trainer,
            likelihood_gap,
            trade_off=self.params.trade_off,
            pixels=self.params.pixels,
        )
