"""DeepJDOT: optimal transport between domains by features and by what is predicted from them."""

from torch import Tensor

from benchmarks.engine.methods.divergences.joint_transport import joint_transport
from benchmarks.engine.strategies.shared.alignment import brain_pixels
from benchmarks.engine.strategies.shared.both_domains import features_of_both
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.direct import DeepJdotParams


class DeepJdot:
    """Minimise L_task(source) + trade_off * min_G sum_ij G_ij c_ij.

    Damodaran et al. 2018, eq. 6: c_ij = ||g(x_i^s) - g(x_j^t)||^2 / d + label_weight L(y_i^s,
    f(g(x_j^t))), and G is the exact optimal plan of each batch, fixed while the network is moved.
    So a target pixel is drawn to source pixels that look alike and whose label the network would
    give it. Samples are random brain pixels of a batch, or its slices where each has one answer.
    """

    def __init__(self, params: DeepJdotParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise the source's task loss plus the cost of joint transport."""
        network = trainer.new_network()
        source, labels, target = access.source_images, access.source_labels, access.target_images
        generator = trainer.generator("pixels")

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(source), "source")
            others = trainer.draw(len(target), "target")
            inside, outside = features_of_both(network, source[rows], target[others])
            task = task_loss(network.head(inside), labels[rows])
            here = brain_pixels(inside, source[rows], self.params.pixels, generator)
            there = brain_pixels(outside, target[others], self.params.pixels, generator)
            transport = joint_transport(
                here(inside).float(),
                there(outside).float(),
                here(labels[rows])[:, 0],
                there(network.head(outside)).float(),
                label_weight=self.params.label_weight,
            )
            loss = task + self.params.trade_off * transport
            return {"loss": loss, "task": task, "transport": transport}

        trainer.optimise(network, objective)
