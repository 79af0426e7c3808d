"""Fine-tuning with the network frozen to several depths: one strategy, one card per depth."""

from dataclasses import dataclass

from benchmarks.plan.cards import ROOM, StrategyCard
from benchmarks.plan.params import check_range

STAGES = 9
"""Five encoder blocks and four decoder stages; the head is always trained."""
DEPTHS = (1, 3, 5, 7, 9)


@dataclass(frozen=True)
class FrozenDepthParams:
    """``depth``: number of frozen stages, from the input or else from the output."""

    depth: int = 5
    is_from_input: bool = True
    learning_rate_factor: float = 1.0

    def __post_init__(self) -> None:
        check_range("depth", self.depth, low=0, high=STAGES)
        check_range("learning_rate_factor", self.learning_rate_factor, low=0.0, high=10.0)


def _card(depth: int, *, is_from_input: bool) -> StrategyCard:
    end = "first" if is_from_input else "last"
    return StrategyCard(
        slug=f"frozen_{end}_{depth}",
        name=f"Frozen {end} {depth} of {STAGES} stages",
        node="parameter/parameter-sharing/one-model",
        reads=("source_weights", "target_images", "target_labels"),
        params=FrozenDepthParams,
        runner=f"{ROOM}.frozen_depth:FrozenDepth",
        paper="Shirokikh et al. 2020, First U-Net Layers Contain More Domain Specific Information",
        summary=f"Keep the {end} {depth} of {STAGES} stages of the source network, train the rest.",
        references=("94", "127", "128", "132"),
        settings=(("depth", depth), ("is_from_input", is_from_input)),
    )


CARDS = tuple(_card(depth, is_from_input=side) for side in (True, False) for depth in DEPTHS)
