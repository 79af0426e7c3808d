"""Parameter sharing in multiple models: ensembles, or models on the source's features."""

from dataclasses import dataclass

from benchmarks.plan.cards import ROOM, StrategyCard
from benchmarks.plan.catalog.prior_sharing import FineTuningParams
from benchmarks.plan.limits import KEEPS_A_DECODER, KEEPS_A_HEAD, Condition, Limit
from benchmarks.plan.params import check_range

NODE = "parameter/parameter-sharing/multiple-models"
READS = ("source_weights", "target_images", "target_labels")


@dataclass(frozen=True)
class FrozenFeaturesParams:
    """``pixels_per_class``: largest number of labelled pixels drawn per class (ours)."""

    pixels_per_class: int = 4000

    def __post_init__(self) -> None:
        check_range("pixels_per_class", self.pixels_per_class, low=1)


@dataclass(frozen=True)
class PenaltyParams(FrozenFeaturesParams):
    """``penalty_inverse``: C, the loss's weight against the penalty (scikit-learn's default)."""

    penalty_inverse: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("penalty_inverse", self.penalty_inverse, low=1e-9)


@dataclass(frozen=True)
class ElasticNetParams(FrozenFeaturesParams):
    """``strength`` and ``l1_share``: glmnet's lambda and alpha (ours: 0.01 and a half)."""

    strength: float = 0.01
    l1_share: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("strength", self.strength, low=1e-9)
        check_range("l1_share", self.l1_share, low=0.0, high=1.0)


@dataclass(frozen=True)
class ForestParams(FrozenFeaturesParams):
    """``trees`` and least pixels in a ``leaf`` (ours, limited by the time of prediction)."""

    trees: int = 50
    leaf: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("trees", self.trees, low=1)
        check_range("leaf", self.leaf, low=1)


@dataclass(frozen=True)
class PerceptronParams(FrozenFeaturesParams):
    """``hidden`` units in one layer, ``epochs`` over the pixels (ours)."""

    hidden: int = 32
    epochs: int = 30

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("hidden", self.hidden, low=1)
        check_range("epochs", self.epochs, low=1)


@dataclass(frozen=True)
class ClusteringParams(FrozenFeaturesParams):
    """``clusters``: more than two, since a class has several tissues (ours)."""

    clusters: int = 16

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("clusters", self.clusters, low=2)


@dataclass(frozen=True)
class EnsembleParams(FineTuningParams):
    """``contribution_share``: share of iterations that fits contributions, not members (ours).

    ``contribution_rate`` multiplies the learning rate of the contributions, three numbers to be
    fitted in few steps (ours).
    """

    contribution_share: float = 0.2
    contribution_rate: float = 50.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("contribution_share", self.contribution_share, low=0.01, high=0.9)
        check_range("contribution_rate", self.contribution_rate, low=0.0)


def _card(
    slug: str,
    name: str,
    params: type[FrozenFeaturesParams],
    paper: str,
    references: str,
    limits: tuple[Limit, ...] = (),
) -> StrategyCard:
    kind = "".join(word.capitalize() for word in slug.split("_"))
    return StrategyCard(
        slug=f"frozen_features_{slug}",
        name=f"Frozen features + {name}",
        node=NODE,
        reads=READS,
        params=params,
        runner=f"{ROOM}.frozen_features_{slug}:FrozenFeatures{kind}",
        paper=paper,
        summary=f"Apply {name} to the source network's features, fitted on the labelled target.",
        references=tuple(references.split()),
        limits=(*limits, KEEPS_A_DECODER),
    )


CARDS: tuple[StrategyCard, ...] = (
    _card(
        "svm",
        "a support vector machine",
        PenaltyParams,
        "Cortes and Vapnik 1995, Support-vector networks",
        "28 43 145 146 147",
    ),
    _card(
        "random_forest",
        "a random forest",
        ForestParams,
        "Breiman 2001, Random forests",
        "68 151",
    ),
    _card(
        "logistic_regression",
        "logistic regression",
        PenaltyParams,
        "Razavian et al. 2014, CNN features off-the-shelf: an astounding baseline for recognition",
        "146",
        (Limit(Condition.REGRESSION, "It models the odds of two classes."),),
    ),
    _card(
        "elastic_net",
        "an elastic net",
        ElasticNetParams,
        "Zou and Hastie 2005, Regularization and variable selection via the elastic net",
        "153",
    ),
    _card(
        "mlp",
        "a multilayer perceptron",
        PerceptronParams,
        "Rumelhart, Hinton and Williams 1986, Learning representations by back-propagating errors",
        "152",
    ),
    _card(
        "clustering",
        "clustering",
        ClusteringParams,
        "Lloyd 1982, Least squares quantization in PCM",
        "146 150",
    ),
    StrategyCard(
        slug="fine_tuned_ensemble",
        name="Fine-tuned ensemble",
        node=NODE,
        reads=READS,
        params=EnsembleParams,
        runner=f"{ROOM}.fine_tuned_ensemble:FineTunedEnsemble",
        paper="Jacobs et al. 1991, Adaptive mixtures of local experts",
        summary="Fine-tune three copies in three ways, then fit how much each contributes.",
        references=("155",),
        limits=(KEEPS_A_HEAD,),
    ),
)
