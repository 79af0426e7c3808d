"""Asymmetric feature-based strategies: one domain is transformed into the other's space."""

from dataclasses import dataclass

from benchmarks.plan.cards import ROOM, StrategyCard
from benchmarks.plan.errors import PlanError
from benchmarks.plan.limits import ProfileLimit
from benchmarks.plan.params import NoParams, check_range

NODE = "feature/asymmetric"
UNTRANSLATED = (
    "Its loss trains a translator that starts as the identity, and no task: without it target "
    "images stay as they are, and the source network alone, source only, predicts."
)


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
class CutParams:
    """``nce`` and ``temperature``: 1 and 0.07 in Park et al. 2020. All else is ours.

    ``patches`` and ``projected``: patches compared an image and numbers compared a patch, both 256
    in theirs. ``width``, ``blocks`` and the rates are those of CycleGAN here.
    """

    nce: float = 1.0
    temperature: float = 0.07
    patches: int = 64
    projected: int = 32
    width: int = 8
    blocks: int = 2
    generator_rate: float = 3.0
    critic_rate: float = 5.0

    def __post_init__(self) -> None:
        check_range("nce", self.nce, low=0.0)
        check_range("temperature", self.temperature, low=1e-3)
        check_range("patches", self.patches, low=2, high=10_000)
        check_range("projected", self.projected, low=1, high=1024)
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
    """``patch``: side of a patch in pixels; ``patches``: size of the dictionary.

    ``neighbours``: how many are averaged (all three ours).
    """

    patch: int = 3
    patches: int = 2000
    neighbours: int = 8

    def __post_init__(self) -> None:
        check_patches(self.patch, self.patches)
        check_range("neighbours", self.neighbours, low=1, high=1000)


@dataclass(frozen=True)
class OptimalTransportParams:
    """``patch``: side of a patch in pixels; ``patches``: sampled from each domain (both ours)."""

    patch: int = 3
    patches: int = 1000

    def __post_init__(self) -> None:
        check_patches(self.patch, self.patches)


@dataclass(frozen=True)
class FourierAdaptationParams:
    """Half the side of the swapped square as a share of the image's, for each of three networks.

    The shares 0.01, 0.05 and 0.09 are those of Yang and Soatto, and so are ``trade_off``, the
    weight of the entropy, and its ``exponent``.
    """

    narrow_beta: float = 0.01
    middle_beta: float = 0.05
    wide_beta: float = 0.09
    trade_off: float = 0.005
    exponent: float = 2.0

    @property
    def betas(self) -> tuple[float, float, float]:
        """Return the three shares."""
        return self.narrow_beta, self.middle_beta, self.wide_beta

    def __post_init__(self) -> None:
        for name in ("narrow_beta", "middle_beta", "wide_beta"):
            check_range(name, getattr(self, name), low=0.0, high=0.5)
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
        no_control=UNTRANSLATED,
        has_own_layers=True,
        left_out_of=(
            ProfileLimit(
                ("quick",),
                "With 128 small slices it either leaves images as they are or destroys them: after "
                "600 iterations it changed the target by 0.008 standard deviations; with slower "
                "critics and a weaker cycle loss by 0.73, where Dice fell from 0.63 to 0.53.",
            ),
        ),
    ),
    StrategyCard(
        slug="cut",
        name="Contrastive translation (CUT)",
        node=NODE,
        reads=("source_weights", "source_images", "target_images", "simultaneous"),
        params=CutParams,
        runner=f"{ROOM}.cut:Cut",
        paper="Park et al. 2020, Contrastive Learning for Unpaired Image-to-Image Translation, "
        "arXiv:2007.15651",
        summary=(
            "Translate target images into source images one way only, so that each patch can still "
            "be told from the others, then use the source network."
        ),
        no_control=UNTRANSLATED,
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
            "Give each target pixel the intensity of source patches of the most similar ranks, "
            "then use the source network. A dictionary of source patches is stored with it."
        ),
        references=("59",),
    ),
    StrategyCard(
        slug="fourier_adaptation",
        name="Fourier domain adaptation",
        node=NODE,
        reads=("source_images", "source_labels", "target_images", "simultaneous"),
        params=FourierAdaptationParams,
        strength="trade_off",
        runner=f"{ROOM}.fourier_adaptation:FourierAdaptation",
        paper="Yang and Soatto 2020, FDA: Fourier Domain Adaptation for Semantic Segmentation",
        summary="Train on source images with the target's low frequencies; average three bands.",
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
