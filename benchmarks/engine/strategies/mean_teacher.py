"""Mean teacher: the average of earlier networks teaches the present one on target images."""

import copy
import math
from itertools import count

import torch
from torch import Tensor, nn

from benchmarks.engine.networks.outputs import answers
from benchmarks.engine.strategies.shared.both_domains import outputs_of_both
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.losses import task_loss
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.indirect import MeanTeacherParams

RAMP_SHARE = 0.4  # of the iterations, ours


class MeanTeacher:
    """Minimise L_task(source) + trade_off r(p) * mean (p_student(a(x)) - p_teacher(b(x)))^2.

    Tarvainen and Valpola 2017; between domains French et al. 2018, in MRI Perone et al. 2019. The
    teacher's weights and batch norm statistics are the moving average of the student's; x are
    target images, a and b two random changes: noise in the brain, and a mirror image whose answer
    is mirrored back. r(p) = exp(-5 (1 - p)^2) rises from 0.007 to 1 over 40% of the least
    iterations. The teacher predicts. The student sees both domains in one batch, the teacher is
    normalised as it is in prediction. For an age the predicted numbers are compared. Noise, ramp
    and weight are ours. The student starts from random weights and has the iterations of
    ``source_only``.
    """

    def __init__(self, params: MeanTeacherParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Train the student on the source and towards the teacher on the target."""
        student = trainer.new_network()
        teacher = copy.deepcopy(student).requires_grad_(requires_grad=False)
        source, labels, target = access.source_images, access.source_labels, access.target_images
        generator = trainer.generator("noise")
        steps = count(1)

        def objective() -> dict[str, Tensor]:
            step = next(steps)
            follow(teacher, student, decay=min(1 - 1 / step, self.params.decay))
            rows = trainer.draw(len(source), "source")
            images = target[trainer.draw(len(target), "target")]
            changed = noisy(images.flip(-1), self.params.noise, generator)
            of_source, of_target = outputs_of_both(student, source[rows], changed)
            with torch.no_grad():
                wanted = answers(teacher.eval()(noisy(images, self.params.noise, generator)))
            gap = (answers(of_target).flip(-1) - wanted).square().mean()
            task = task_loss(of_source, labels[rows])
            weight = self.params.trade_off * ramp_up(trainer.progress)
            return {"loss": task + weight * gap, "task": task, "gap": gap}

        trainer.optimise(student, objective, predictor=teacher)


def ramp_up(progress: float) -> float:
    """Return exp(-5 (1 - p)^2) with p the progress within the first 40%: 0.007 to 1."""
    return math.exp(-5 * (1 - min(1.0, progress / RAMP_SHARE)) ** 2)


@torch.no_grad()
def follow(teacher: nn.Module, student: nn.Module, *, decay: float) -> None:
    """Set the teacher to ``decay`` * teacher + (1 - ``decay``) * student; counts are copied.

    With a decay of 1 - 1 / step in the first steps it is the plain mean of the networks so far.
    """
    ours = teacher.state_dict(keep_vars=True)
    for name, theirs in student.state_dict().items():
        mean = ours[name].detach()
        if mean.is_floating_point():
            mean.lerp_(theirs, 1 - decay)
        else:
            mean.copy_(theirs)


def noisy(images: Tensor, deviation: float, generator: torch.Generator) -> Tensor:
    """Return ``images`` with Gaussian noise in the brain; background stays 0."""
    noise = torch.randn(images.shape, generator=generator).to(images.device)
    return images + deviation * noise * (images != 0)
