"""Fine-tuned ensemble: several fine-tuned copies of the source network, weighted."""

from torch import Tensor, nn

from benchmarks.engine.networks.mixtures import Mixture
from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.multiple_models import EnsembleParams


class FineTunedEnsemble:
    """Predict sum_k softmax(a)_k p_k(x): first the members p_k are fine-tuned, then a.

    The review's study combines networks and fine-tunes their contributions; the weighting is that
    of Jacobs et al. 1991 with gates that do not depend on x. Ours: with one source network, members
    differ in their frozen part (none, the encoder, the decoder) and in their batches. All phases
    together have the iterations of fine-tuning one network.
    """

    def __init__(self, params: EnsembleParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Fine-tune each member, then freeze all members and fit their contributions."""
        weights = access.source_weights
        members = [trainer.new_network(weights) for _ in range(3)]
        images, labels = access.target_images, access.target_labels
        ensemble = Mixture(members).to(trainer.compute.device)
        _, decoding, encoding = members
        keeps: tuple[list[nn.Module], ...] = (
            [],
            [decoding.encoder],
            [encoding.upsample, encoding.decoder, encoding.head],
        )
        trained = 0
        for number, (member, kept) in enumerate(zip(members, keeps, strict=True)):
            trainer.optimise(
                member,
                supervised(trainer, member, images, labels, role=f"target, member {number}"),
                learning_rate_factor=self.params.learning_rate_factor,
                frozen=kept,
                share=(1 - self.params.contribution_share) / len(members),
                predictor=ensemble,
            )
            trained += trainer.cost.trainable_parameters

        def objective() -> dict[str, Tensor]:
            batch = trainer.draw(len(images), "target")
            return {"loss": task_loss(ensemble(images[batch]), labels[batch])}

        trainer.optimise(
            ensemble,
            objective,
            learning_rate_factor=self.params.contribution_rate,
            frozen=members,
            share=self.params.contribution_share,
        )
        trainer.cost.trainable_parameters += trained
        trainer.record("contributions", ensemble.weights())
