"""Knowledge distillation: a student learns the source network's predictions on the target."""

import torch
from torch import Tensor, nn

from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.indirect import KnowledgeDistillationParams

SLICES_AT_ONCE = 64


def distillation_loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """Return T^2 KL(softmax(teacher / T) || softmax(student / T)), a scalar: mean over pixels.

    Hinton et al. 2015; T^2 makes the gradient's size independent of T. Both are logits, (batch,
    classes, height, width). Their loss is the cross-entropy, which differs by the teacher's
    entropy, a constant. A single output has no softmax: its squared difference is the divergence's
    limit at high temperature (their section 2.1, matching logits).
    """
    if student.shape[1] == 1:
        return (student.float() - teacher.float()).square().mean()
    wanted = torch.log_softmax(teacher.float() / temperature, dim=1)
    found = torch.log_softmax(student.float() / temperature, dim=1)
    divergence = (wanted.exp() * (wanted - found)).sum(dim=1)
    return temperature**2 * divergence.mean()


class KnowledgeDistillation:
    """Minimise T^2 KL(p_teacher^T || p_student^T) on unlabelled target images.

    Orbes-Arteaga et al. 2019: the network trained on the source provides soft labels for a student
    of the same architecture, which starts from random weights. Their student also uses source
    images; here no source data leave their site. The student has the iterations of ``source_only``.
    """

    def __init__(self, params: KnowledgeDistillationParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train a new network on the target with the source network's soft labels."""
        teacher = trainer.new_network(access.source_weights).eval()
        images = access.target_images
        student = trainer.new_network()
        answers = _answers(trainer, teacher, images)

        def objective() -> dict[str, Tensor]:
            rows = trainer.draw(len(images), "target")
            found = student(images[rows])
            return {"loss": distillation_loss(found, answers[rows], self.params.temperature)}

        trainer.optimise(student, objective)


@torch.no_grad()
def _answers(trainer: Trainer, teacher: nn.Module, images: Tensor) -> Tensor:
    """Return the teacher's logits for all images, computed once for all iterations."""
    with trainer.compute.autocast():
        return torch.cat([teacher(chunk) for chunk in images.split(SLICES_AT_ONCE)])
