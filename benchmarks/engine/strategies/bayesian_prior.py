"""Bayesian prior: the posterior of the weights after the source is the prior for the target."""

import torch
from torch import Tensor

from benchmarks.engine.methods.priors.gaussian import (
    flat_parameters,
    gaussian_penalty,
    set_parameters,
)
from benchmarks.engine.methods.priors.swag import Moments, relative_precision
from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.finite import FiniteWatch
from benchmarks.engine.training.trainer import Objective, Trainer
from benchmarks.plan.catalog.prior_sharing import BayesianPriorParams

LEAST_STEPS = 8


class BayesianPrior:
    """Maximise log p(target | w) + log N(w; mu, s diag(v)), mu and v from the source posterior.

    The review lists here Bayesian graphical models whose parameters on one population are the prior
    for another. For networks we follow Shwartz-Ziv et al. 2022: mu and v are the moments of SGD's
    iterates at a constant rate around the source solution (SWAG, Maddox et al. 2019). The source
    does not determine s, the weight of the prior. Here s makes the mean precision equal to
    ``strength``, so that L2-SP is the case of equal variances. Ours: the diagonal alone, and the
    posterior's mode instead of its average. The first iterates are left out, and the variance is
    taken around the drift of the others (`swag`); ``posterior`` records how much drift there was.
    """

    def __init__(self, params: BayesianPriorParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Run SGD on the source, then fit the target under the prior from its iterates."""
        network = trainer.new_network(access.source_weights)
        source, source_labels = access.source_images, access.source_labels
        posterior = self._walk(
            trainer, network, supervised(trainer, network, source, source_labels, role="source")
        )
        trainer.record(
            "posterior", {"iterates": posterior.count, "drift_share": posterior.drift_share}
        )
        precision = self.params.strength * relative_precision(posterior.variance, self.params.floor)
        set_parameters(network, posterior.mean)
        images, labels = access.target_images, access.target_labels
        task = supervised(trainer, network, images, labels, role="target")

        def objective() -> dict[str, Tensor]:
            on_target = task()["loss"]
            penalty = gaussian_penalty(flat_parameters(network), posterior.mean, precision)
            return {"loss": on_target + penalty, "task": on_target, "penalty": penalty}

        factor = self.params.learning_rate_factor
        trainer.optimise(network, objective, learning_rate_factor=factor)

    def _walk(self, trainer: Trainer, network: Network, objective: Objective) -> Moments:
        """Return the moments of SGD's iterates on the source after burn-in; none is proposed."""
        moments = Moments()
        steps = max(LEAST_STEPS, round(trainer.settings.iterations * self.params.walk_share))
        burnt_in = round(steps * self.params.burn_in)
        optimiser = torch.optim.SGD(network.parameters(), lr=self.params.walk_rate)
        network.train()
        watch = FiniteWatch(trainer.compute.device, steps)
        with trainer.timed(samples=steps * trainer.settings.batch):
            for step in range(1, steps + 1):
                with trainer.compute.autocast():
                    loss = objective()["loss"]
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                watch.note(step, loss, network.parameters())
                optimiser.step()
                if step > burnt_in:
                    moments.add(flat_parameters(network).detach())
            watch.settle()
        return moments
