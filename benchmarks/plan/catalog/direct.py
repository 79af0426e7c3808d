"""Symmetric, direct feature-based strategies: a divergence between features is minimised."""

from dataclasses import dataclass

from benchmarks.plan.cards import ROOM, StrategyCard
from benchmarks.plan.limits import Condition, Limit
from benchmarks.plan.params import check_range


@dataclass(frozen=True)
class DeepCoralParams:
    """``trade_off``: weight of the CORAL loss (lambda in Sun and Saenko 2016, eq. 6).

    They choose it so that both losses have the same size at the end. Here that collapses the
    features (from 300 on the source task deteriorates), so it is 1, as in common implementations.
    """

    trade_off: float = 1.0

    def __post_init__(self) -> None:
        check_range("trade_off", self.trade_off, low=0.0)


@dataclass(frozen=True)
class AlignmentParams:
    """``trade_off``: weight of the divergence; ``pixels``: pixels per domain in it (ours)."""

    trade_off: float = 1.0
    pixels: int = 256

    def __post_init__(self) -> None:
        check_range("trade_off", self.trade_off, low=0.0)
        check_range("pixels", self.pixels, low=2)


@dataclass(frozen=True)
class MmdParams(AlignmentParams):
    """``trade_off``: 1, within the range tried by Long et al. 2015; ``pixels`` is ours."""


@dataclass(frozen=True)
class SlicedWassersteinParams(AlignmentParams):
    """``projections``: directions per step; all three are ours."""

    projections: int = 50

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("projections", self.projections, low=1)


@dataclass(frozen=True)
class MutualInformationParams(AlignmentParams):
    """``trade_off``: weight per nat of information; both are ours."""

    trade_off: float = 0.1


@dataclass(frozen=True)
class PairedConsistencyParams:
    """``trade_off``: weight of the squared difference; ``strength`` of the changes; both ours."""

    trade_off: float = 10.0
    strength: float = 1.0

    def __post_init__(self) -> None:
        check_range("trade_off", self.trade_off, low=0.0)
        check_range("strength", self.strength, low=0.0, high=3.0)


@dataclass(frozen=True)
class JointSparsityParams:
    """``trade_off``: the norm's threshold in steps of the optimiser (ours).

    At 3, Adam pulls few features' weights strongly enough to keep them over a whole fit.
    """

    trade_off: float = 3.0

    def __post_init__(self) -> None:
        check_range("trade_off", self.trade_off, low=0.0)


@dataclass(frozen=True)
class CanonicalCorrelationParams(AlignmentParams):
    """``trade_off``: weight of the correlation (ours), which Andrew et al. 2013 maximise alone."""

    trade_off: float = 0.1


@dataclass(frozen=True)
class AverageLikelihoodParams(AlignmentParams):
    """``trade_off``: weight per nat of average likelihood that is lost; both are ours."""

    trade_off: float = 0.01


@dataclass(frozen=True)
class DeepJdotParams(AlignmentParams):
    """``trade_off``: weight of the transport's cost; ``label_weight``: of labels within it.

    Damodaran et al. 2018 weigh features 0.001 and labels 0.0001 on digits, a ratio of 0.1, for
    features that are not divided by their number. All numbers here are ours.
    """

    trade_off: float = 0.1
    label_weight: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("label_weight", self.label_weight, low=0.0)


TOO_FEW_SLICES = Limit(
    Condition.ONE_ANSWER,
    "A slice is one sample here, and a batch holds fewer of them than there are features: their "
    "covariance cannot be estimated.",
)
UNLABELLED = ("source_images", "source_labels", "target_images", "simultaneous")
LABELLED = ("source_images", "source_labels", "target_images", "target_labels", "simultaneous")
NODE = "feature/symmetric/direct"

CARDS = (
    StrategyCard(
        slug="deep_coral",
        name="Deep CORAL",
        node="feature/symmetric/direct",
        reads=("source_images", "source_labels", "target_images", "simultaneous"),
        params=DeepCoralParams,
        strength="trade_off",
        same_without_term="source_only",
        runner=f"{ROOM}.deep_coral:DeepCoral",
        paper="Sun and Saenko 2016, Deep CORAL: Correlation Alignment for Deep Domain Adaptation",
        summary="Make the second-order statistics of source and target features agree.",
        references=("34",),
    ),
    StrategyCard(
        slug="mmd",
        name="Maximum mean discrepancy",
        node=NODE,
        reads=UNLABELLED,
        params=MmdParams,
        strength="trade_off",
        same_without_term="source_only",
        runner=f"{ROOM}.mmd:Mmd",
        paper="Long et al. 2015, Learning Transferable Features with Deep Adaptation Networks",
        summary="Make source and target features have the same mean in a kernel's feature space.",
        references=("44", "47", "62"),
    ),
    StrategyCard(
        slug="sliced_wasserstein",
        name="Sliced Wasserstein distance",
        node=NODE,
        reads=UNLABELLED,
        params=SlicedWassersteinParams,
        strength="trade_off",
        same_without_term="source_only",
        runner=f"{ROOM}.sliced_wasserstein:SlicedWasserstein",
        paper="Bonneel et al. 2015, Sliced and Radon Wasserstein Barycenters of Measures; "
        "Lee et al. 2019, Sliced Wasserstein Discrepancy for Unsupervised Domain Adaptation",
        summary="Make source and target features agree in distribution along random directions.",
        references=("70",),
    ),
    StrategyCard(
        slug="paired_consistency",
        name="Paired consistency",
        node=NODE,
        reads=UNLABELLED,
        params=PairedConsistencyParams,
        strength="trade_off",
        runner=f"{ROOM}.paired_consistency:PairedConsistency",
        paper="Orbes-Arteaga et al. 2019, Multi-domain Adaptation in Brain MRI through Paired "
        "Consistency and Adversarial Learning",
        summary="Give one answer to a slice in two appearances; the second one is made, not "
        "scanned.",
        references=("63", "64", "65", "66", "67", "68", "69"),
    ),
    StrategyCard(
        slug="mutual_information",
        name="Mutual information with the domain",
        node=NODE,
        reads=UNLABELLED,
        params=MutualInformationParams,
        strength="trade_off",
        same_without_term="source_only",
        runner=f"{ROOM}.mutual_information:MutualInformation",
        paper="Cover and Thomas 2006, Elements of Information Theory: the quantity; its use as a "
        "loss between domains is our reading of the review",
        summary="Make features uninformative about the domain, under a Gaussian assumption.",
        references=("61",),
        limits=(
            Limit(
                Condition.ONE_ANSWER,
                "A slice is one sample here, and a batch holds fewer of them than there are "
                "features: their entropy cannot be estimated.",
            ),
        ),
    ),
    StrategyCard(
        slug="joint_sparsity",
        name="Joint sparse regularisation",
        node=NODE,
        reads=LABELLED,
        params=JointSparsityParams,
        strength="trade_off",
        no_gradient_share="Its norm acts by a proximal step after each step of the optimiser, "
        "which sets features to exactly zero: it has no gradient.",
        runner=f"{ROOM}.joint_sparsity:JointSparsity",
        paper="Argyriou et al. 2007, Multi-Task Feature Learning",
        summary="Make both domains use the same few features, each with its own head.",
        references=("40", "74"),
    ),
    StrategyCard(
        slug="canonical_correlation",
        name="Canonical correlation (cluster CCA)",
        node=NODE,
        reads=LABELLED,
        params=CanonicalCorrelationParams,
        strength="trade_off",
        same_without_term="joint",
        runner=f"{ROOM}.canonical_correlation:CanonicalCorrelation",
        paper="Rasiwasia et al. 2014, Cluster Canonical Correlation Analysis; Andrew et al. 2013, "
        "Deep Canonical Correlation Analysis; Hotelling 1936, Relations Between Two Sets of "
        "Variates, doi:10.1093/biomet/28.3-4.321",
        summary="Make features of both domains correlate as much as they can; nobody is scanned in "
        "both, so pixels are paired by their class: our reading of the review.",
        references=("72", "73"),
        limits=(TOO_FEW_SLICES,),
    ),
    StrategyCard(
        slug="average_likelihood",
        name="Average likelihood",
        node=NODE,
        reads=UNLABELLED,
        params=AverageLikelihoodParams,
        strength="trade_off",
        same_without_term="source_only",
        runner=f"{ROOM}.average_likelihood:AverageLikelihood",
        paper="Kullback and Leibler 1951, On Information and Sufficiency, "
        "doi:10.1214/aoms/1177729694: the quantity; its use between Gaussian densities of features "
        "is our reading of the review",
        summary="Make each domain's features as likely under the other's density as under their "
        "own.",
        references=("71",),
        limits=(TOO_FEW_SLICES,),
    ),
    StrategyCard(
        slug="deep_jdot",
        name="DeepJDOT",
        node=NODE,
        reads=UNLABELLED,
        params=DeepJdotParams,
        strength="trade_off",
        same_without_term="source_only",
        runner=f"{ROOM}.deep_jdot:DeepJdot",
        paper="Damodaran et al. 2018, DeepJDOT: Deep Joint Distribution Optimal Transport for "
        "Unsupervised Domain Adaptation, arXiv:1803.10081",
        summary="Transport source to target at least cost, counting the distance of features and "
        "the loss of the source's labels on the target.",
    ),
)
