"""Knowledge distillation: a student learns on the target what the source network would say."""

import torch
from torch import Tensor, nn

from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.indirect import KnowledgeDistillationParams

SLICES_AT_ONCE = 64


def distillation_loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """Return T^2 KL(softmax(teacher / T) || softmax(student / T)), a scalar: mean over pixels.

    Hinton et al. 2015; T^2 keeps the gradient's size whatever T is. Both are logits,
    (batch, classes, height, width). Their loss is the cross-entropy, which differs by the
    teacher's entropy: a constant. A single output has no softmax: its squared gap is what the
    divergence becomes at a high temperature (their section 2.1, matching logits).
    """
    if student.shape[1] == 1:
        return (student.float() - teacher.float()).square().mean()
    wanted = torch.log_softmax(teacher.float() / temperature, dim=1)
    found = torch.log_softmax(student.float() / temperature, dim=1)
    divergence = (wanted.exp() * (wanted - found)).sum(dim=1)
    return temperature**2 * divergence.mean()


class KnowledgeDistillation:
    """Minimise T^2 KL(p_teacher^T || p_student^T) on unlabelled target images.

    Orbes-Arteaga et al. 2019: the network trained on the source teaches, by its soft labels, a
    student of the same shape that starts from random weights. Theirs sees source images too; here
    no source data leave their place. The student trains as long as ``source_only``.
    """

    def __init__(self, params: KnowledgeDistillationParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Teach a new network on the target with the source network's soft labels."""
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
    """Return the teacher's logits for all images: cheaper once than in every iteration."""
    with trainer.compute.autocast():
        return torch.cat([teacher(chunk) for chunk in images.split(SLICES_AT_ONCE)])
