"""Symmetric, direct feature-based strategies: a divergence between features is made small."""

from dataclasses import dataclass

from benchmarks.plan.cards import ROOM, StrategyCard
from benchmarks.plan.params import check_range


@dataclass(frozen=True)
class DeepCoralParams:
    """``trade_off``: weight of the CORAL loss (lambda in Sun and Saenko 2016, eq. 5).

    They choose it so that both losses are of one size at the end. Here that collapses the features
    (at 300 and more the source task itself suffers), so it is 1, as usual implementations have it.
    """

    trade_off: float = 1.0

    def __post_init__(self) -> None:
        check_range("trade_off", self.trade_off, low=0.0)


CARDS = (
    StrategyCard(
        slug="deep_coral",
        name="Deep CORAL",
        node="feature/symmetric/direct",
        reads=("source_images", "source_labels", "target_images", "simultaneous"),
        params=DeepCoralParams,
        runner=f"{ROOM}.deep_coral:DeepCoral",
        paper="Sun and Saenko 2016, Deep CORAL: Correlation Alignment for Deep Domain Adaptation",
        summary="Make the second-order statistics of source and target features agree.",
        references=("34", "72", "73"),
    ),
)
