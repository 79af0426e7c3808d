"""The one place where strategies are registered: a card each, no torch needed to read them."""

from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.errors import unknown
from benchmarks.plan.params import DeepCoralParams, FineTuningParams, NoParams

STRATEGIES_ROOM = "benchmarks.engine.strategies"

CARDS = (
    StrategyCard(
        slug="source_only",
        name="Source only",
        node=None,
        reads=("source_images", "source_labels"),
        params=NoParams,
        runner=f"{STRATEGIES_ROOM}.source_only:SourceOnly",
        paper="No transfer: the lower bound of domain adaptation studies.",
        summary="Train on the source, apply to the target as it is.",
    ),
    StrategyCard(
        slug="target_only",
        name="Target only (from scratch)",
        node=None,
        reads=("target_images", "target_labels"),
        params=NoParams,
        runner=f"{STRATEGIES_ROOM}.target_only:TargetOnly",
        paper="No transfer: training from scratch on the labelled target subjects.",
        summary="Train from random weights on the labelled target subjects alone.",
    ),
    StrategyCard(
        slug="full_fine_tuning",
        name="Full fine-tuning",
        node="parameter/prior-sharing",
        reads=("source_weights", "target_images", "target_labels"),
        params=FineTuningParams,
        runner=f"{STRATEGIES_ROOM}.full_fine_tuning:FullFineTuning",
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
        runner=f"{STRATEGIES_ROOM}.frozen_encoder:FrozenEncoder",
        paper="Li et al. 2023, Finding the Most Transferable Tasks for Brain Image Segmentation",
        summary="Keep the source network's encoder as it is and train only the decoder.",
        references=("32", *map(str, range(125, 145))),
    ),
    StrategyCard(
        slug="deep_coral",
        name="Deep CORAL",
        node="feature/symmetric/direct",
        reads=(
            "source_images",
            "source_labels",
            "target_images",
            "simultaneous",
        ),
        params=DeepCoralParams,
        runner=f"{STRATEGIES_ROOM}.deep_coral:DeepCoral",
        paper="Sun and Saenko 2016, Deep CORAL: Correlation Alignment for Deep Domain Adaptation",
        summary="Make the second-order statistics of source and target features agree.",
        references=("34", "72", "73"),
    ),
)


def _by_slug(cards: tuple[StrategyCard, ...]) -> dict[str, StrategyCard]:
    table = {card.slug: card for card in cards}
    if len(table) != len(cards):
        message = "two strategy cards share a slug"
        raise ValueError(message)
    return table


STRATEGIES = _by_slug(CARDS)


def strategy_card(slug: str) -> StrategyCard:
    """Return the card; raises PlanError with the choices for an unknown slug."""
    try:
        return STRATEGIES[slug]
    except KeyError:
        raise unknown("strategy", slug, sorted(STRATEGIES)) from None
