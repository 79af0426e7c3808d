"""Instance-based strategies: source images are weighted or selected."""

from dataclasses import dataclass

from benchmarks.plan.cards import ROOM, StrategyCard
from benchmarks.plan.limits import Condition, Limit
from benchmarks.plan.params import NoParams, check_range

UNLABELLED = ("source_images", "source_labels", "target_images", "simultaneous")
LABELLED = ("source_images", "source_labels", "target_images", "target_labels", "simultaneous")
FIXED = "instance/fixed"
UNSUPERVISED = "instance/optimized/unsupervised"
SUPERVISED = "instance/optimized/supervised"


@dataclass(frozen=True)
class WeightingParams:
    """Parameters of density-based weights.

    ``components``: principal components of the slices' statistics, in which densities are estimated
    (ours). Weights are raised to the power ``flattening``: 0 is unweighted, 1 as estimated. Values
    between trade bias for variance (Shimodaira 2000). At 1 two scanners overlap so little that
    about a dozen slices would have all the weight, so it is 0.5 (ours).
    """

    components: int = 4
    flattening: float = 0.5

    def __post_init__(self) -> None:
        check_range("components", self.components, low=1, high=12)
        check_range("flattening", self.flattening, low=0.0, high=1.0)


@dataclass(frozen=True)
class KernelMeanMatchingParams(WeightingParams):
    """``largest``: B, the upper bound of a weight (ours; 1000 in the paper, for more samples)."""

    largest: float = 10.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("largest", self.largest, low=1.0)


@dataclass(frozen=True)
class RulsifParams(WeightingParams):
    """``alpha``: the target's share in the mixture; weights are at most 1 / alpha.

    0.1 is the default of common implementations; Yamada et al. 2011 compare several. The relative
    ratio needs less flattening than the plain one, but keeps it, so that only the estimator
    differs.
    """

    alpha: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("alpha", self.alpha, low=0.0, high=0.99)


@dataclass(frozen=True)
class BhattacharyyaParams:
    """``pixels``: drawn from each slice for its density; ``flattening`` as above (both ours)."""

    pixels: int = 32
    flattening: float = 0.5

    def __post_init__(self) -> None:
        check_range("pixels", self.pixels, low=1, high=1024)
        check_range("flattening", self.flattening, low=0.0, high=1.0)


@dataclass(frozen=True)
class DomainSelectionParams:
    """``keep``: the share of source slices that is kept; ``components`` as above (both ours)."""

    keep: float = 0.5
    components: int = 4

    def __post_init__(self) -> None:
        check_range("keep", self.keep, low=0.01, high=1.0)
        check_range("components", self.components, low=1, high=12)


@dataclass(frozen=True)
class TrAdaBoostParams:
    """``rounds``: 6 networks (ours); Dai et al. use up to 100 rounds of cheap learners."""

    rounds: int = 6

    def __post_init__(self) -> None:
        check_range("rounds", self.rounds, low=2, high=100)


@dataclass(frozen=True)
class LearningToReweightParams:
    """``clean_batch``: labelled target slices in each meta step, at most a batch (ours)."""

    clean_batch: int = 8

    def __post_init__(self) -> None:
        check_range("clean_batch", self.clean_batch, low=1)


CARDS: tuple[StrategyCard, ...] = (
    StrategyCard(
        slug="domain_classifier_selection",
        name="Selection by domain classifier",
        node=FIXED,
        reads=UNLABELLED,
        params=DomainSelectionParams,
        runner=f"{ROOM}.domain_classifier_selection:DomainClassifierSelection",
        paper="Cheng et al. 2015, Domain Transfer Learning for MCI Conversion Prediction",
        summary="Train on those source slices that a domain classifier assigns to the target.",
        references=("40", "41"),
    ),
    StrategyCard(
        slug="class_balancing",
        name="Class-balancing selection",
        node=FIXED,
        reads=("source_images", "source_labels"),
        params=NoParams,
        runner=f"{ROOM}.class_balancing:ClassBalancing",
        paper="He and Garcia 2009, Learning from Imbalanced Data",
        summary="Discard source slices until as many show the region as do not.",
        references=("39",),
        limits=(Limit(Condition.REGRESSION, "An age has no classes to balance."),),
    ),
    StrategyCard(
        slug="domain_probability_weights",
        name="Domain-probability weights",
        node=FIXED,
        reads=UNLABELLED,
        params=WeightingParams,
        runner=f"{ROOM}.domain_probability_weights:DomainProbabilityWeights",
        paper="Bickel et al. 2007, Discriminative Learning for Differing Training and Test "
        "Distributions",
        summary="Weight source slices by their odds of being from the target.",
        references=("42", "43", "44"),
    ),
    StrategyCard(
        slug="kliep",
        name="KLIEP",
        node=UNSUPERVISED,
        reads=UNLABELLED,
        params=WeightingParams,
        runner=f"{ROOM}.kliep:Kliep",
        paper="Sugiyama et al. 2008, Direct Importance Estimation with Model Selection",
        summary="Weight source slices to minimise the Kullback-Leibler divergence to the target.",
        references=("45", "46", "47", "48"),
    ),
    StrategyCard(
        slug="kernel_mean_matching",
        name="Kernel mean matching",
        node=UNSUPERVISED,
        reads=UNLABELLED,
        params=KernelMeanMatchingParams,
        runner=f"{ROOM}.kernel_mean_matching:KernelMeanMatching",
        paper="Huang et al. 2006, Correcting Sample Selection Bias by Unlabeled Data",
        summary="Weight source slices to minimise the maximum mean discrepancy to the target.",
        references=("45", "46", "47", "48"),
    ),
    StrategyCard(
        slug="ulsif",
        name="uLSIF",
        node=UNSUPERVISED,
        reads=UNLABELLED,
        params=WeightingParams,
        runner=f"{ROOM}.ulsif:Ulsif",
        paper="Kanamori et al. 2009, A Least-squares Approach to Direct Importance Estimation",
        summary="Weight source slices by a least-squares estimate of the density ratio.",
        references=("45", "46", "47", "48"),
    ),
    StrategyCard(
        slug="rulsif",
        name="RuLSIF",
        node=UNSUPERVISED,
        reads=UNLABELLED,
        params=RulsifParams,
        runner=f"{ROOM}.rulsif:Rulsif",
        paper="Yamada et al. 2011, Relative Density-Ratio Estimation for Robust Distribution "
        "Comparison",
        summary="Weight source slices by a least-squares estimate of the target's density over "
        "that of a mixture of both domains, which is bounded.",
    ),
    StrategyCard(
        slug="bhattacharyya_matching",
        name="Bhattacharyya matching",
        node=UNSUPERVISED,
        reads=UNLABELLED,
        params=BhattacharyyaParams,
        runner=f"{ROOM}.bhattacharyya_matching:BhattacharyyaMatching",
        paper="van Opbroek et al. 2015, Weighting training images by maximizing distribution "
        "similarity for supervised segmentation across scanners",
        summary="Weight source slices so that their pixels' mixture density overlaps the target's.",
        references=("45", "46", "47", "48"),
    ),
    StrategyCard(
        slug="tradaboost",
        name="TrAdaBoost",
        node=SUPERVISED,
        reads=LABELLED,
        params=TrAdaBoostParams,
        runner=f"{ROOM}.tradaboost:TrAdaBoostNetworks",
        paper="Dai et al. 2007, Boosting for Transfer Learning",
        summary="In rounds, lower the weight of source slices that the network gets wrong, and "
        "raise that of such target slices.",
        references=("43", "49", "50", "51", "52"),
        limits=(
            Limit(
                Condition.REGRESSION, "Its weights follow from whether a class is right or wrong."
            ),
        ),
    ),
    StrategyCard(
        slug="learning_to_reweight",
        name="Learning to reweight",
        node=SUPERVISED,
        reads=LABELLED,
        params=LearningToReweightParams,
        runner=f"{ROOM}.learning_to_reweight:LearningToReweight",
        paper="Ren et al. 2018, Learning to Reweight Examples for Robust Deep Learning",
        summary="Weight each source slice by how much a step on it lowers the target loss.",
        references=("43", "49", "50", "51", "52"),
    ),
)
