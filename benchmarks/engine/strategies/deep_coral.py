"""Deep CORAL: alignment of the covariances of source and target features."""

from torch import Tensor

from benchmarks.engine.strategies.shared.both_domains import features_of_both
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.losses import coral_loss, pixels_as_samples, task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.direct import DeepCoralParams


class DeepCoral:
    """Minimise L_task(source) + trade_off * ||C_s - C_t||_F^2 / (4 d^2).

    Sun and Saenko 2016, eq. 1 and 6, align the layer before the classifier. Here this is the last
    feature map before the head, and each pixel is a sample. The two streams share all weights. Both
    domains are in one batch, normalised by the source's statistics: if each were normalised by its
    own, batch norm would hide most of the difference that the term should close. It starts from
    random weights and has the budget of ``source_only``, where theirs starts from ImageNet: any
    gain is then due to the term alone.
    """

    def __init__(self, params: DeepCoralParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Minimise task loss on the source plus the CORAL loss between the domains."""
        network = trainer.new_network()
        source, labels, target = access.source_images, access.source_labels, access.target_images

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(source), "source")
            others = trainer.draw(len(target), "target")
            source_features, target_features = features_of_both(
                network, source[rows], target[others]
            )
            task = task_loss(network.head(source_features), labels[rows])
            coral = coral_loss(
                pixels_as_samples(source_features).float(),
                pixels_as_samples(target_features).float(),
            )
            return {"loss": task + self.params.trade_off * coral, "task": task, "coral": coral}

        trainer.optimise(network, objective)
