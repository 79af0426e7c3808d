"""DINOv2's smallest vision transformer, whose weights are read from a file that a person names.

Oquab et al. 2023, DINOv2: Learning Robust Visual Features without Supervision, arXiv:2304.07193;
Dosovitskiy et al. 2021, An Image is Worth 16x16 Words, arXiv:2010.11929. ViT-S/14: 12 blocks of 6
heads, 384 features. Names of parameters are those of the published file.
"""

import hashlib
import os
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.engine.errors import EngineError

VARIABLE = "REVIEWDB_FOUNDATION_WEIGHTS"
FEATURES, DEPTH, HEADS, PATCH = 384, 12, 6, 14
TRAINED_GRID = 37  # patches a side of the images of 518 pixels that position embeddings are for
REMEDY = (
    "download dinov2_vits14_pretrain.pth (88 MB, Apache-2.0) from the page of its authors' "
    f"repository facebookresearch/dinov2, and name the file in {VARIABLE}"
)


class Attention(nn.Module):
    """Self-attention of several heads."""

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(features, 3 * features)
        self.proj = nn.Linear(features, features)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return (batch, tokens, features) of the same shape."""
        batch, count, features = tokens.shape
        parts = self.qkv(tokens).view(batch, count, 3, self.heads, features // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value)
        projected: Tensor = self.proj(mixed.transpose(1, 2).reshape(batch, count, features))
        return projected


class Scale(nn.Module):
    """A factor for each feature."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(features))

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the tokens times the factors."""
        return tokens * self.gamma


class Block(nn.Module):
    """Attention and a layer of 4 times the features, each normalised before and added after."""

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(features, eps=1e-6)
        self.attn = Attention(features, heads)
        self.ls1 = Scale(features)
        self.norm2 = nn.LayerNorm(features, eps=1e-6)
        self.mlp = nn.ModuleDict(
            {"fc1": nn.Linear(features, 4 * features), "fc2": nn.Linear(4 * features, features)}
        )
        self.ls2 = Scale(features)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return (batch, tokens, features) of the same shape."""
        tokens = tokens + self.ls1(self.attn(self.norm1(tokens)))
        hidden = functional.gelu(self.mlp["fc1"](self.norm2(tokens)))
        moved: Tensor = tokens + self.ls2(self.mlp["fc2"](hidden))
        return moved


class VisionTransformer(nn.Module):
    """The encoder: an image as a grid of tokens, and one token for the whole image."""

    def __init__(self, depth: int = DEPTH, features: int = FEATURES, heads: int = HEADS) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, features))
        self.pos_embed = nn.Parameter(torch.zeros(1, TRAINED_GRID**2 + 1, features))
        self.mask_token = nn.Parameter(torch.zeros(1, features))  # of pretraining, not used here
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, features, PATCH, stride=PATCH)})
        self.blocks = nn.ModuleList(Block(features, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(features, eps=1e-6)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the whole image's token (batch, d) and those of patches (batch, d, rows, columns).

        ``images`` is (batch, 3, 14 rows, 14 columns), of mean 0 and deviation 1 in each colour.
        """
        patches = self.patch_embed["proj"](images)
        rows, columns = patches.shape[-2:]
        tokens = torch.cat(
            [self.cls_token.expand(len(images), -1, -1), patches.flatten(2).transpose(1, 2)], dim=1
        )
        tokens = tokens + self._positions(rows, columns)
        for block in self.blocks:
            tokens = block(tokens)
        tokens = self.norm(tokens)
        return tokens[:, 0], tokens[:, 1:].transpose(1, 2).unflatten(2, (rows, columns))

    def _positions(self, rows: int, columns: int) -> Tensor:
        """Return position embeddings of the grid, interpolated from that of training."""
        if (rows, columns) == (TRAINED_GRID, TRAINED_GRID):
            return self.pos_embed
        first, others = self.pos_embed[:, :1], self.pos_embed[:, 1:]
        grid = others.transpose(1, 2).unflatten(2, (TRAINED_GRID, TRAINED_GRID))
        resized = functional.interpolate(grid, size=(rows, columns), mode="bicubic")
        return torch.cat([first, resized.flatten(2).transpose(1, 2)], dim=1)


def weights_path() -> Path:
    """Return the file in REVIEWDB_FOUNDATION_WEIGHTS; raises EngineError where there is none."""
    raw = os.environ.get(VARIABLE, "").strip()
    if not raw:
        raise EngineError(f"there are no weights of a foundation encoder here; {REMEDY}")
    path = Path(raw).expanduser()
    if not path.is_file():
        raise EngineError(f"{VARIABLE} is {raw!r}, which is no file; correct or unset it")
    return path


@lru_cache(maxsize=2)
def foundation_encoder(sha256: str, device: torch.device) -> VisionTransformer:
    """Return the frozen encoder from the file of known SHA-256, once for each process and device.

    Raises EngineError where the file is missing or has another digest.
    """
    path = weights_path()
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        message = f"{path} has the SHA-256 {found}, and the plan asks for {sha256}; {REMEDY}"
        raise EngineError(message)
    encoder = VisionTransformer()
    encoder.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return encoder.to(device).eval().requires_grad_(requires_grad=False)
