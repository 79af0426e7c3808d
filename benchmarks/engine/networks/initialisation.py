"""Initialisation of additional modules, such as discriminators, from the fit's seed."""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import nn

from benchmarks.engine.training.trainer import Trainer

Module = TypeVar("Module", bound=nn.Module)


def seeded_module(trainer: Trainer, role: str, make: Callable[[], Module]) -> Module:
    """Return ``make()`` on the fit's device: equal seeds and roles give equal weights.

    The global random state is restored.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(trainer.generator(f"initial weights: {role}").initial_seed())
        module = make()
    # torch's stubs do not know that modules take a memory format.
    module.to(trainer.compute.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return module
