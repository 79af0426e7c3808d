"""Random convolution: domain randomisation of texture, with predictions that must not change."""

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.engine.methods.appearance.intensities import standardised_as
from benchmarks.engine.methods.appearance.random_convolution import convolved, random_kernel
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.indirect import RandomConvolutionParams

VERSIONS = 3


def disagreement(outputs: Tensor) -> Tensor:
    """Return how much the versions of each sample disagree, a scalar that is 0 where they agree.

    ``outputs`` is (versions, samples, channels, h, w). For classes it is sum_v KL(p_v || p), p
    being the mean of the p_v; for numbers, whose outputs have one channel, their variance.
    """
    if outputs.shape[2] == 1:
        return outputs.float().var(dim=0, unbiased=False).mean()
    logs = functional.log_softmax(outputs.float(), dim=2)
    mean = torch.logsumexp(logs, dim=0) - torch.log(torch.tensor(float(len(outputs))))
    return (logs.exp() * (logs - mean)).sum(dim=2).sum(dim=0).mean()


class RandomConvolution:
    """Minimise L_task(x~_1, y) + trade_off * sum_v KL(p(x~_v) || mean p) over three versions x~_v.

    Xu et al. 2021, RC_mix with the consistency loss: each version of a batch is mixed with its
    convolution by a random kernel. Here every version is standardised as its slice was. No target
    image is read: the method is domain randomisation, which the review of 2021 does not name, and
    its leaf is our placing. A batch is seen in three versions, which triples its cost.
    """

    def __init__(self, params: RandomConvolutionParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train on source images in random textures."""
        network = trainer.new_network()
        images, labels = access.source_images, access.source_labels
        generator = trainer.generator("random convolutions")

        def version(batch: Tensor) -> Tensor:
            share = float(torch.rand(1, generator=generator))
            return standardised_as(convolved(batch, random_kernel(generator), share), batch)

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(images), "source")
            outputs = network(torch.cat([version(images[rows]) for _ in range(VERSIONS)]))
            task = task_loss(outputs[: len(rows)], labels[rows])
            kept = disagreement(outputs.unflatten(0, (VERSIONS, len(rows))))
            loss = task + self.params.trade_off * kept
            return {"loss": loss, "task": task, "disagreement": kept}

        trainer.optimise(network, objective)
