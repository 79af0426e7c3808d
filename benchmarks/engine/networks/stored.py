"""Storage of predictors: weights in safetensors, and the recipe of their module as JSON.

Reading a file executes no code from it: it holds arrays, and JSON with the name of one of our
classes.
"""

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Self, TypedDict

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from benchmarks.engine.errors import DamagedOutputError
from reviewdb.common.json_object import JsonObject

BuildArguments = Mapping[str, object]
"""JSON by name, and modules standing for themselves."""


class Recipe(TypedDict):
    """How a module is built again: ``module:class``, and JSON in which modules are recipes."""

    builder: str
    arguments: JsonObject


ROOM = "benchmarks.engine."
"""Package of the classes that a recipe may name; others are refused."""

CHANNELS_LAST = "channels_last"


class Buildable(nn.Module):
    """A module that can be built from JSON, before its state dict is loaded."""

    def arguments(self) -> BuildArguments:
        """Return the arguments of `build`: JSON values and sub-modules."""
        raise NotImplementedError(f"{type(self).__name__} does not define `arguments`")

    @classmethod
    def build(cls, *arguments: Any, **named: Any) -> Self:
        """Return a module of the same architecture from `arguments`, with arbitrary weights."""
        return cls(*arguments, **named)


def save_predictor(module: nn.Module, path: Path) -> None:
    """Write a module's state and its recipe; raises TypeError where a part has no recipe."""
    # Cloned, since networks that share layers would share memory, which the format refuses.
    state = {
        name: tensor.clone(memory_format=torch.contiguous_format)
        for name, tensor in module.state_dict().items()
    }
    about = {"recipe": json.dumps(_recipe(module)), "order": _order(module)}
    # The library's own writing hides the errno, by which a full disk is recognised.
    path.write_bytes(save(state, metadata=about))


def read_predictor(path: Path) -> nn.Module:
    """Return the stored module on the CPU, in eval mode.

    Raises DamagedOutputError where the file has another format or its recipe names none of our
    classes.
    """
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            about = file.metadata() or {}
            recipe = json.loads(about["recipe"])
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, KeyError, ValueError) as error:
        message = f"{path.name} is no stored predictor: {error}; remove its step and run again"
        raise DamagedOutputError(message) from error
    with torch.device("meta"):  # weights are loaded, so that none need be drawn
        module = _built(recipe)
    module.load_state_dict(state, assign=True)
    if about.get("order") == CHANNELS_LAST:
        # torch's stubs do not know that modules take a memory format.
        module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return module.eval()


def _order(module: nn.Module) -> str:
    """Return the weights' memory format, since another format rounds differently."""
    maps = [tensor for tensor in module.parameters() if tensor.dim() == 4]
    is_last = any(not m.is_contiguous() for m in maps)
    return CHANNELS_LAST if is_last else "contiguous"


def _recipe(module: Any) -> Recipe:
    if not isinstance(module, Buildable):
        message = f"{type(module).__name__} cannot be stored: let it be Buildable"
        raise TypeError(message)
    kind = type(module)
    return {
        "builder": f"{kind.__module__}:{kind.__qualname__}",
        "arguments": {name: _as_json(value) for name, value in module.arguments().items()},
    }


def _as_json(value: Any) -> Any:
    if isinstance(value, nn.ModuleList | list | tuple):
        return [_as_json(entry) for entry in value]
    return {"module": _recipe(value)} if isinstance(value, nn.Module) else value


def _built(recipe: Recipe) -> nn.Module:
    module, _, name = str(recipe["builder"]).partition(":")
    kind = getattr(import_module(module), name, None) if module.startswith(ROOM) else None
    if not (isinstance(kind, type) and issubclass(kind, Buildable)):
        raise DamagedOutputError(f"{recipe['builder']} builds no predictor of this engine")
    return kind.build(**{n: _from_json(v) for n, v in recipe["arguments"].items()})


def _from_json(value: Any) -> Any:
    if isinstance(value, list):
        return [_from_json(entry) for entry in value]
    is_module = isinstance(value, dict) and set(value) == {"module"}
    return _built(value["module"]) if is_module else value
