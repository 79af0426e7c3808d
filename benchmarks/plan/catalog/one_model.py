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
)
