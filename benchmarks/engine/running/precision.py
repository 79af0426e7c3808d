"""Check of bf16 and fp16: every layer's gradients are compared with those in fp32.

Torch chooses kernels by processor. On an Intel processor with AMX, torch 2.13 reads uninitialised
memory for the bf16 gradient of a strided convolution over one pixel. So before training, a run
compares every layer of its networks and strategies, at the shapes that its plan uses.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.engine.errors import EngineError
from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.running.device import Compute
from benchmarks.engine.tasks.catalog import TASKS
from benchmarks.engine.training.access import Applied, bringing, load_strategy
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.events import Emit, LogWritten
from benchmarks.plan.params import build_params
from benchmarks.plan.plans import Plan
from benchmarks.plan.spec import U_NET
from benchmarks.plan.steps.shared import DomainStep, TrainingStep
from reviewdb.common.json_object import JsonObject

LARGEST_ERROR = 0.05
"""Largest error of an output or gradient relative to its norm; correct layers stay below 1%."""
TRIES = 2
Fields = JsonObject
MOST_NUMBERS = 2**17
"""Most numbers in a layer's input: larger maps are checked with fewer images, at least two."""
BLOCK = 32
"""On a CPU, sides of 64 and more are checked at 32 to 63 with the same remainder modulo BLOCK.

Kernels process maps in blocks and treat only the remainder differently.
"""


@dataclass(frozen=True)
class LayerUse:
    """A layer and the shape of its input; layers of equal description are computed alike."""

    description: str
    shape: tuple[int, ...]
    layer: nn.Module

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LayerUse) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __str__(self) -> str:
        """Return a description of the layer and its input."""
        return f"{self.description} on {' x '.join(map(str, self.shape))}"

    @property
    def _key(self) -> tuple[str, tuple[int, ...]]:
        return self.description, self.shape


def trusted(compute: Compute, plan: Plan, emit: Emit, *, threads: int = 1) -> Compute:
    """Return ``compute``, or the same device in fp32 where its short float computes wrongly.

    Layers are computed with as many ``threads`` as each lane will have. A fault is logged and
    recorded as the reason. Raises EngineError for a fault in a precision that the request names.
    """
    if not compute.is_mixed:
        return compute
    with _threads(threads):
        reason = first_fault(compute, frozenset(layers_of(plan, compute)))
    if reason is None:
        return compute
    if compute.is_asked:
        raise EngineError(f"{reason}: this run asks for bfloat16; ask for float32")
    LogWritten(level="warning", message=f"{reason}; this run computes in float32").emit(emit)
    return replace(compute, precision=torch.float32, reason=reason)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def layers_of(plan: Plan, compute: Compute) -> Iterator[LayerUse]:
    """Yield the layers that the plan's fits train in the short float, at their shapes."""
    sizes = {step.image_size for step in plan.steps if isinstance(step, DomainStep)}
    fits = [step.fields for step in plan.steps if isinstance(step, TrainingStep)]
    for size in sizes:
        yield from layers_of_fits(fits, size, compute)


def layers_of_fits(fits: Sequence[Fields], size: int, compute: Compute) -> Iterator[LayerUse]:
    """Yield the layers of fits on images of one size: of networks, then of strategies."""
    for fields in _first_of_each(fits, "task", "network", "width", "batch"):
        network, images = _on_meta(fields, size)
        yield from _used([(network, images)], compute)
    for fields in _first_of_each(fits, "task", "network", "width", "batch", "strategy"):
        card = STRATEGIES[fields["strategy"]]
        if card.has_own_layers:
            strategy = bringing(load_strategy(card, build_params(card.params, fields["params"])))
            network, images = _on_meta(fields, size)
            with torch.device("meta"):
                features = network.decode(network.encode(images))
                yield from _used(strategy.own_layers(network, images, features), compute)


def _first_of_each(fits: Iterable[Fields], *names: str) -> list[Fields]:
    """Return fits that differ in at least one of the named fields."""
    found: dict[tuple[Any, ...], Fields] = {}
    for fields in fits:
        found.setdefault(tuple(fields.get(name) for name in names), fields)
    return list(found.values())


def _on_meta(fields: Fields, size: int) -> tuple[Network, Tensor]:
    """Return the network of a fit and a batch of images on the meta device, without values."""
    with torch.device("meta"):
        network = TASKS[fields["task"]].networks[fields.get("network", U_NET)](fields["width"])
        return network, torch.empty(fields["batch"], 1, size, size)


def _used(applied: Iterable[Applied], compute: Compute) -> list[LayerUse]:
    """Return the layers that the modules use on their inputs under autocast."""
    found: list[LayerUse] = []

    def note(layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        if torch.is_autocast_enabled(compute.device.type):
            found.append(LayerUse(repr(layer), tuple(inputs[0].shape), layer))

    for module, inputs in applied:
        leaves = [part for part in module.modules() if not any(part.children())]
        hooks = [leaf.register_forward_pre_hook(note) for leaf in leaves]
        with compute.autocast(), torch.no_grad():
            module(inputs)
        for hook in hooks:
            hook.remove()
    return found


@lru_cache(maxsize=32)
def first_fault(compute: Compute, layers: frozenset[LayerUse]) -> str | None:
    """Return the fault of the first layer that fails, or None where all are correct.

    Computed once per process, device and set of layers.
    """
    for use in sorted(layers, key=str):
        error = gradient_error(use, compute)
        if not error <= LARGEST_ERROR:  # so that NaN is a fault
            dtype = str(compute.precision).removeprefix("torch.")
            off = f"{error:.0%} off" if math.isfinite(error) else "not finite"
            return f"on {compute.device} the {dtype} output or gradient of {use} is {off}"
    return None


def gradient_error(use: LayerUse, compute: Compute) -> float:
    """Return the worst relative error of a layer's output and gradients; NaN is worst of all.

    Before each try, free memory is filled with NaN, so that values that a kernel fails to write
    become visible.
    """
    generator = torch.Generator().manual_seed(0)
    layer = use.layer.to_empty(device=compute.device)
    for tensor in layer.state_dict().values():
        tensor.copy_(_short(torch.randn(tensor.shape, generator=generator).abs() / 2))
    shape = _affordable(use.shape, compute.device)
    inputs = _short(torch.randn(shape, generator=generator)).to(compute.device)
    wanted = _answers(layer, inputs, replace(compute, precision=torch.float32))
    errors = []
    for _ in range(TRIES):
        found = _answers(layer, inputs, compute)
        errors += [
            (float((f - w).norm()) / max(float(w.norm()), 1e-6))
            for f, w in zip(found, wanted, strict=True)
        ]
    return max(errors, key=lambda error: math.inf if math.isnan(error) else error)


def _affordable(shape: tuple[int, ...], device: torch.device) -> tuple[int, ...]:
    batch, channels, *sides = shape
    if device.type == "cpu":
        sides = [side if side < 2 * BLOCK else BLOCK + side % BLOCK for side in sides]
    return max(2, min(batch, MOST_NUMBERS // math.prod([channels, *sides]))), channels, *sides


def _short(values: Tensor) -> Tensor:
    """Return the values rounded to the short float, so that only arithmetic differs."""
    return values.bfloat16().float()


def _answers(layer: nn.Module, inputs: Tensor, compute: Compute) -> list[Tensor]:
    given = inputs.to(memory_format=torch.channels_last).requires_grad_()
    layer.zero_grad(set_to_none=True)
    dtype = compute.precision
    with compute.autocast():
        found = layer(given.to(dtype, copy=True))
    drawn = torch.rand(found.shape, generator=torch.Generator().manual_seed(1))
    weights = _short(0.5 + drawn).to(found.device)
    _leave_nan_behind([found, given, *layer.parameters()])
    (found.float() * weights).sum().backward()
    gradients = [t.grad.float() for t in (given, *layer.parameters()) if t.grad is not None]
    return [found.detach().float(), *gradients]


def _leave_nan_behind(like: Iterable[Tensor]) -> None:
    sizes = [tensor.numel() for tensor in like]
    full = [
        torch.full((size,), math.nan, dtype=dtype, device=tensor.device)
        for tensor, size in zip(like, sizes, strict=True)
        for dtype in (torch.float32, torch.bfloat16)
    ]
    del full
