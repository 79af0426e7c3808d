"""Asymmetric feature-based strategies: one domain is transformed into the other's space."""

from dataclasses import dataclass

from benchmarks.plan.cards import ROOM, StrategyCard
from benchmarks.plan.errors import PlanError
from benchmarks.plan.params import NoParams, check_range

NODE = "feature/asymmetric"


@dataclass(frozen=True)
class CycleGanParams:
    """``cycle``: weight of the cycle loss, 10 in Zhu et al. 2017. All else is ours.

    ``width`` and ``blocks``: channels and residual blocks of the generators; theirs have 64 and 9.
    ``generator_rate`` and ``critic_rate``: multiples of the benchmark's rate. With slower
    generators the translators stay at the identity, where they start; faster critics follow Heusel
    et al. 2017.
    """

    cycle: float = 10.0
    width: int = 8
    blocks: int = 2
    generator_rate: float = 3.0
    critic_rate: float = 5.0

    def __post_init__(self) -> None:
        check_range("cycle", self.cycle, low=0.0)
        check_range("width", self.width, low=1, high=256)
        check_range("blocks", self.blocks, low=0, high=50)
        check_range("generator_rate", self.generator_rate, low=0.0, high=100.0)
        check_range("critic_rate", self.critic_rate, low=0.0, high=100.0)


@dataclass(frozen=True)
class HistogramMatchingParams:
    """``quantiles``: knots of the map (ours)."""

    quantiles: int = 256

    def __post_init__(self) -> None:
        check_range("quantiles", self.quantiles, low=2, high=65536)


@dataclass(frozen=True)
class NearestNeighbourParams:
    """``patch``: side of a patch in pixels; ``patches``: size of the dictionary (both ours)."""

    patch: int = 3
    patches: int = 2000

    def __post_init__(self) -> None:
        check_patches(self.patch, self.patches)


@dataclass(frozen=True)
class OptimalTransportParams:
    """``patch``: side of a patch in pixels; ``patches``: sampled from each domain (both ours)."""

    patch: int = 3
    patches: int = 1000

    def __post_init__(self) -> None:
        check_patches(self.patch, self.patches)


@dataclass(frozen=True)
class FourierAdaptationParams:
    """``beta``: half the side of the swapped square, as a share of the image's.

    The middle one of Yang and Soatto's 0.01, 0.05 and 0.09. ``trade_off``, the weight of the
    entropy, and its ``exponent`` are theirs too.
    """

    beta: float = 0.05
    trade_off: float = 0.005
    exponent: float = 2.0

    def __post_init__(self) -> None:
        check_range("beta", self.beta, low=0.0, high=0.5)
        check_range("trade_off", self.trade_off, low=0.0)
        check_range("exponent", self.exponent, low=0.1, high=10.0)


def check_patches(patch: int, patches: int) -> None:
    """Raise PlanError unless the patch's side is odd and there is at least one patch."""
    check_range("patch", patch, low=1, high=15)
    if patch % 2 == 0:
        raise PlanError("patch", f"patch must be odd, so that it has a centre, got {patch}")
    check_range("patches", patches, low=1, high=100_000)


CARDS: tuple[StrategyCard, ...] = (
    StrategyCard(
        slug="cycle_gan",
        name="CycleGAN translation",
        node=NODE,
        reads=("source_weights", "source_images", "target_images", "simultaneous"),
        params=CycleGanParams,
        runner=f"{ROOM}.cycle_gan:CycleGan",
        paper=(
            "Zhu et al. 2017, Unpaired Image-to-Image Translation using Cycle-Consistent "
            "Adversarial Networks"
        ),
        summary="Translate target images into source images, then use the source network.",
        references=("54", "55"),
        trains_from_scratch=True,
        has_own_layers=True,
    ),
    StrategyCard(
        slug="histogram_matching",
        name="Histogram matching",
        node=NODE,
        reads=("source_weights", "source_images", "target_images"),
        params=HistogramMatchingParams,
        runner=f"{ROOM}.histogram_matching:HistogramMatching",
        paper="Gonzalez and Woods 2018, Digital Image Processing, section 3.3",
        summary="Give target intensities the source's distribution, then use the source network.",
        references=("58",),
    ),
    StrategyCard(
        slug="median_matching",
        name="Median matching",
        node=NODE,
        reads=("source_weights", "source_images", "target_images"),
        params=NoParams,
        runner=f"{ROOM}.median_matching:MedianMatching",
        paper="The review's reference 58, which matches the target's median to the source's.",
        summary="Shift target intensities onto the source's median, then use the source network.",
        references=("58",),
    ),
    StrategyCard(
        slug="nearest_neighbour",
        name="Nearest neighbour",
        node=NODE,
        reads=("source_weights", "source_images"),
        params=NearestNeighbourParams,
        runner=f"{ROOM}.nearest_neighbour:NearestNeighbour",
        paper=(
            "The review's reference 59, which maps target to source by nearest neighbours; with "
            "patches as features: our reading."
        ),
        summary=(
            "Give each target pixel the centre of the most similar source patch, then use the "
            "source network. A dictionary of source patches is stored with the network."
        ),
        references=("59",),
    ),
    StrategyCard(
        slug="fourier_adaptation",
        name="Fourier domain adaptation",
        node=NODE,
        reads=("source_images", "source_labels", "target_images", "simultaneous"),
        params=FourierAdaptationParams,
        runner=f"{ROOM}.fourier_adaptation:FourierAdaptation",
        paper="Yang and Soatto 2020, FDA: Fourier Domain Adaptation for Semantic Segmentation",
        summary="Train on source images whose low frequencies have the target's amplitude.",
    ),
    StrategyCard(
        slug="optimal_transport_mapping",
        name="Optimal-transport mapping",
        node=NODE,
        reads=("source_weights", "source_images", "target_images"),
        params=OptimalTransportParams,
        runner=f"{ROOM}.optimal_transport_mapping:OptimalTransportMapping",
        paper="Courty et al. 2017, Optimal Transport for Domain Adaptation",
        summary="Map target patches to the source at least cost, then use the source network.",
    ),
)
