"""Parameter-based strategies: the source network is a prior, or part of it is kept."""

from dataclasses import dataclass

from benchmarks.plan.cards import ROOM, StrategyCard
from benchmarks.plan.params import check_range


@dataclass(frozen=True)
class FineTuningParams:
    """``learning_rate_factor``: the adapting learning rate over the pretraining one (ours)."""

    learning_rate_factor: float = 0.5

    def __post_init__(self) -> None:
        check_range("learning_rate_factor", self.learning_rate_factor, low=0.0, high=10.0)


CARDS = (
    StrategyCard(
        slug="full_fine_tuning",
        name="Full fine-tuning",
        node="parameter/prior-sharing",
        reads=("source_weights", "target_images", "target_labels"),
        params=FineTuningParams,
        runner=f"{ROOM}.full_fine_tuning:FullFineTuning",
        paper="Yosinski et al. 2014, How transferable are features in deep neural networks?",
        summary="Start from the source network's weights and train all of them on the target.",
        references=("27", "29", "30", "31", "33", "37", "69", *map(str, range(85, 118))),
    ),
    StrategyCard(
        slug="frozen_encoder",
        name="Frozen encoder",
        node="parameter/parameter-sharing/one-model",
        reads=("source_weights", "target_images", "target_labels"),
        params=FineTuningParams,
        runner=f"{ROOM}.frozen_encoder:FrozenEncoder",
        paper="Li et al. 2023, Finding the Most Transferable Tasks for Brain Image Segmentation",
        summary="Keep the source network's encoder as it is and train only the decoder.",
        references=("32", *map(str, range(125, 145))),
    ),
)
