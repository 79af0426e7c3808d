"""Parameter sharing in one model: part of the source network is kept, the rest is trained."""

from dataclasses import dataclass

from benchmarks.plan.cards import ROOM, StrategyCard
from benchmarks.plan.catalog.prior_sharing import FineTuningParams
from benchmarks.plan.limits import KEEPS_A_DECODER, KEEPS_A_HEAD, Condition, Limit
from benchmarks.plan.params import check_range

NODE = "parameter/parameter-sharing/one-model"
READS = ("source_weights", "target_images", "target_labels")
SHIROKIKH = "Shirokikh et al. 2020, First U-Net Layers Contain More Domain Specific Information"


@dataclass(frozen=True)
class SomeLayersParams(FineTuningParams):
    """``blocks``: number of trained blocks of two convolutions (ours)."""

    blocks: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("blocks", self.blocks, low=1, high=4)


@dataclass(frozen=True)
class LoraParams(FineTuningParams):
    """``rank``: 4, among those that Hu et al. 2022 try. ``learning_rate_factor``: ours."""

    learning_rate_factor: float = 1.0
    rank: int = 4

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("rank", self.rank, low=1, high=256)


DINOV2_SMALL = "b938bf1bc15cd2ec0feacfe3a1bb553fe8ea9ca46a7e1d8d00217f29aef60cd9"
"""SHA-256 of dinov2_vits14_pretrain.pth, 88,283,115 bytes."""


@dataclass(frozen=True)
class FoundationEncoderParams:
    """``pixels``: side of the square of pixels that one patch of the encoder covers (ours).

    ``sha256``: of the file of weights, so that other weights give other addresses.
    """

    pixels: int = 4
    sha256: str = DINOV2_SMALL

    def __post_init__(self) -> None:
        check_range("pixels", self.pixels, low=1, high=14)


CARDS: tuple[StrategyCard, ...] = (
    StrategyCard(
        slug="frozen_encoder",
        name="Frozen encoder",
        node=NODE,
        reads=READS,
        params=FineTuningParams,
        runner=f"{ROOM}.frozen_encoder:FrozenEncoder",
        paper="Li et al. 2023, Finding the Most Transferable Tasks for Brain Image Segmentation",
        summary="Freeze the source network's encoder and train only the decoder.",
        references=("32", *map(str, range(125, 145))),
    ),
    StrategyCard(
        slug="linear_probe",
        name="Linear probe",
        node=NODE,
        reads=READS,
        params=FineTuningParams,
        runner=f"{ROOM}.linear_probe:LinearProbe",
        paper="Alain and Bengio 2016, Understanding intermediate layers using linear classifier "
        "probes",
        summary="Freeze the source network's features and train only the linear head.",
        limits=(
            Limit(
                Condition.ONE_ANSWER,
                "Nothing is between encoder and head, so it would equal the frozen encoder.",
            ),
            KEEPS_A_DECODER,
        ),
    ),
    StrategyCard(
        slug="first_layers_only",
        name="First layers only",
        node=NODE,
        reads=READS,
        params=SomeLayersParams,
        runner=f"{ROOM}.first_layers_only:FirstLayersOnly",
        paper=SHIROKIKH,
        summary="Train the layers next to the image and keep the rest of the source network.",
        references=("128",),
        limits=(KEEPS_A_HEAD,),
    ),
    StrategyCard(
        slug="last_layers_only",
        name="Last layers only",
        node=NODE,
        reads=READS,
        params=SomeLayersParams,
        runner=f"{ROOM}.last_layers_only:LastLayersOnly",
        paper=SHIROKIKH,
        summary="Train the layers next to the output and keep the rest of the source network.",
        references=("128",),
        limits=(KEEPS_A_DECODER,),
    ),
    StrategyCard(
        slug="batch_norm_affine",
        name="Batch norm only",
        node=NODE,
        reads=READS,
        params=FineTuningParams,
        runner=f"{ROOM}.batch_norm_affine:BatchNormAffine",
        paper="Frankle, Schwab and Morcos 2021, Training BatchNorm and Only BatchNorm",
        summary="Train scales and shifts of batch norm and keep every convolution.",
    ),
    StrategyCard(
        slug="lora",
        name="Low-rank adapters (LoRA)",
        node=NODE,
        reads=READS,
        params=LoraParams,
        runner=f"{ROOM}.lora:Lora",
        paper="Hu et al. 2022, LoRA: Low-Rank Adaptation of Large Language Models, "
        "arXiv:2106.09685",
        summary="Keep the source network and train low-rank additions to its convolutions, and "
        "the head.",
    ),
    StrategyCard(
        slug="foundation_encoder",
        name="Frozen foundation encoder (DINOv2)",
        node=NODE,
        reads=("target_images", "target_labels"),
        params=FoundationEncoderParams,
        runner=f"{ROOM}.foundation_encoder:FoundationEncoder",
        paper="Oquab et al. 2023, DINOv2: Learning Robust Visual Features without Supervision, "
        "arXiv:2304.07193",
        summary="Keep a network that learned from 142 million photographs and train one linear "
        "layer on it. Its weights are in a file that REVIEWDB_FOUNDATION_WEIGHTS names; without it "
        "this fails, and says where they are.",
        has_own_layers=True,
    ),
)
