"""Prior sharing: the source weights are the start or the prior of the target network."""

from dataclasses import dataclass

from benchmarks.plan.cards import ROOM, StrategyCard
from benchmarks.plan.limits import NEEDS_SOURCE_PREDICTIONS, Condition, Limit
from benchmarks.plan.params import check_range

NODE = "parameter/prior-sharing"


@dataclass(frozen=True)
class FineTuningParams:
    """``learning_rate_factor``: the rate of inherited weights relative to that of new ones.

    It is 1, so that fine-tuning has the rate of ``target_only`` and differs in its start alone.
    """

    learning_rate_factor: float = 1.0

    def __post_init__(self) -> None:
        check_range("learning_rate_factor", self.learning_rate_factor, low=0.0, high=10.0)


@dataclass(frozen=True)
class DiscriminativeParams(FineTuningParams):
    """``decay``: how much slower each layer group learns than the next one (2.6 in the paper)."""

    decay: float = 2.6

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("decay", self.decay, low=1.0)


@dataclass(frozen=True)
class LpFtParams(FineTuningParams):
    """``probing_share``: the part of the iterations that trains the head alone (ours).

    The paper trains each phase to convergence; here both share the budget of fine-tuning.
    """

    probing_share: float = 0.3

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("probing_share", self.probing_share, low=0.01, high=0.99)


@dataclass(frozen=True)
class L2SpParams(FineTuningParams):
    """``alpha`` of the paper's eq. 2, and ``beta_share``: its beta over alpha.

    The paper chooses alpha and beta by cross-validation. Ours: 0.1 and 0.01, since no parameter may
    be chosen on target subjects here. Beta follows alpha, so that one strength weighs the whole
    penalty and its control has none of it.
    """

    alpha: float = 0.1
    beta_share: float = 0.1

    @property
    def beta(self) -> float:
        """Return the penalty's weight on the head."""
        return self.alpha * self.beta_share

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("alpha", self.alpha, low=0.0)
        check_range("beta_share", self.beta_share, low=0.0)


@dataclass(frozen=True)
class EwcParams(FineTuningParams):
    """``importance``: lambda, the source task's weight relative to the target's (ours).

    With a mean as loss, Bayes' rule gives the ratio of source to target images, about 10 here.
    ``fisher_images``: number of source slices for the Fisher information (ours).
    """

    importance: float = 10.0
    fisher_images: int = 64

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("importance", self.importance, low=0.0)
        check_range("fisher_images", self.fisher_images, low=1)


@dataclass(frozen=True)
class BayesianPriorParams(FineTuningParams):
    """``strength``: the prior's mean precision, as L2-SP's alpha; all numbers are ours.

    The posterior is estimated from SGD at the constant rate ``walk_rate`` over ``walk_share`` of
    the iterations of fine-tuning, without the first ``burn_in`` of it. ``floor`` times the mean
    variance is added to every variance, so that weights that hardly moved in a short run can still
    change.
    """

    strength: float = 0.1
    walk_share: float = 1.0
    burn_in: float = 0.5
    walk_rate: float = 0.01
    floor: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("strength", self.strength, low=0.0)
        check_range("walk_share", self.walk_share, low=0.0, high=10.0)
        check_range("burn_in", self.burn_in, low=0.0, high=0.9)
        check_range("walk_rate", self.walk_rate, low=0.0)
        check_range("floor", self.floor, low=1e-9)


@dataclass(frozen=True)
class InhibitionParams:
    """``rate``: Hedge's eta, one half as in Zhao and Hoi 2010.

    ``held_share`` of the labelled slices, in whole people, are held out of training; on their
    pixels the networks are weighted, every ``weigh_every`` iterations (ours).
    """

    rate: float = 0.5
    held_share: float = 0.25
    weigh_every: int = 5

    def __post_init__(self) -> None:
        check_range("rate", self.rate, low=0.0)
        check_range("held_share", self.held_share, low=0.01, high=0.9)
        check_range("weigh_every", self.weigh_every, low=1)


@dataclass(frozen=True)
class FederatedParams:
    """Privacy and federation; all numbers are ours.

    ``epsilon``: promised to each patient, fixed in advance. ``delta_share``: delta times the number
    of patients of both sites, so that delta is at most 1 / (10 N). ``clip``: largest norm of a
    patient's gradient (C). ``sample_rate``: the probability with which a patient enters a step.
    ``steps`` of each site are its whole training: each one costs privacy. ``local_steps`` of them
    at ``local_rate`` are done between two averages.
    """

    epsilon: float = 8.0
    delta_share: float = 0.1
    clip: float = 0.1
    sample_rate: float = 0.25
    steps: int = 30
    local_steps: int = 3
    local_rate: float = 0.3

    def __post_init__(self) -> None:
        check_range("epsilon", self.epsilon, low=1e-3)
        check_range("delta_share", self.delta_share, low=1e-9, high=0.1)
        check_range("clip", self.clip, low=1e-9)
        check_range("sample_rate", self.sample_rate, low=1e-6, high=1.0)
        check_range("steps", self.steps, low=1)
        check_range("local_steps", self.local_steps, low=1)
        check_range("local_rate", self.local_rate, low=0.0)


LEAST_PATIENTS = 400
"""With fewer, noise of a meaningful epsilon is larger than the signal, and 1 / (10 N) is no small
delta."""


def _federated(slug: str, epsilon: float) -> StrategyCard:
    return StrategyCard(
        slug=slug,
        name=f"Federated averaging, private per patient (epsilon {epsilon:g})",
        node=NODE,
        reads=(
            "source_images",
            "source_labels",
            "source_weights",
            "target_images",
            "target_labels",
            "federated",
        ),
        params=FederatedParams,
        runner=f"{ROOM}.federated_dp:FederatedDp",
        paper="McMahan et al. 2017, Communication-Efficient Learning of Deep Networks from "
        "Decentralized Data; Abadi et al. 2016, Deep Learning with Differential Privacy",
        summary="Both sites train the source network together; only updates leave, clipped per "
        f"patient and with the noise of epsilon {epsilon:g}.",
        references=("52",),
        settings=(("epsilon", epsilon),),
        needs_people=LEAST_PATIENTS,
    )


CARDS: tuple[StrategyCard, ...] = (
    StrategyCard(
        slug="full_fine_tuning",
        name="Full fine-tuning",
        node=NODE,
        reads=("source_weights", "target_images", "target_labels"),
        params=FineTuningParams,
        runner=f"{ROOM}.full_fine_tuning:FullFineTuning",
        paper="Yosinski et al. 2014, How transferable are features in deep neural networks?",
        summary="Start from the source network's weights and train all of them on the target.",
        references=("27", "29", "30", "31", "33", "37", "69", *map(str, range(85, 118))),
    ),
    StrategyCard(
        slug="discriminative_learning_rates",
        name="Discriminative learning rates",
        node=NODE,
        reads=("source_weights", "target_images", "target_labels"),
        params=DiscriminativeParams,
        runner=f"{ROOM}.discriminative_learning_rates:DiscriminativeLearningRates",
        paper="Howard and Ruder 2018, Universal Language Model Fine-tuning for Text Classification",
        summary="Fine-tune all weights, those near the input more slowly than those near the head.",
    ),
    StrategyCard(
        slug="lp_ft",
        name="Linear probing, then fine-tuning (LP-FT)",
        node=NODE,
        reads=("source_weights", "target_images", "target_labels"),
        params=LpFtParams,
        runner=f"{ROOM}.lp_ft:LpFt",
        paper="Kumar et al. 2022, Fine-Tuning can Distort Pretrained Features and Underperform "
        "Out-of-Distribution",
        summary="Train the head alone first, then everything.",
    ),
    StrategyCard(
        slug="l2_sp",
        name="L2-SP",
        node=NODE,
        reads=("source_weights", "target_images", "target_labels"),
        params=L2SpParams,
        strength="alpha",
        same_without_term="full_fine_tuning",
        runner=f"{ROOM}.l2_sp:L2Sp",
        paper="Li, Grandvalet and Davoine 2018, Explicit Inductive Bias for Transfer Learning with "
        "Convolutional Networks",
        summary="Fine-tune with a penalty on the distance from the source weights.",
    ),
    StrategyCard(
        slug="ewc",
        name="Elastic weight consolidation (EWC)",
        node=NODE,
        reads=("source_images", "source_weights", "target_images", "target_labels"),
        params=EwcParams,
        strength="importance",
        same_without_term="full_fine_tuning",
        runner=f"{ROOM}.ewc:Ewc",
        paper="Kirkpatrick et al. 2017, Overcoming catastrophic forgetting in neural networks",
        summary="Fine-tune with a penalty on changes of weights that matter for the source task.",
    ),
    StrategyCard(
        slug="bayesian_prior",
        name="Bayesian prior",
        node=NODE,
        reads=(
            "source_images",
            "source_labels",
            "source_weights",
            "target_images",
            "target_labels",
        ),
        params=BayesianPriorParams,
        strength="strength",
        runner=f"{ROOM}.bayesian_prior:BayesianPrior",
        paper="Shwartz-Ziv et al. 2022, Pre-Train Your Loss: Easy Bayesian Transfer Learning with "
        "Informative Priors",
        summary="The posterior of the weights after the source is the prior for the target.",
        references=("35", "36", "118", "119"),
    ),
    StrategyCard(
        slug="negative_transfer_inhibition",
        name="Negative-transfer inhibition",
        node=NODE,
        reads=("source_weights", "target_images", "target_labels"),
        params=InhibitionParams,
        runner=f"{ROOM}.negative_transfer_inhibition:NegativeTransferInhibition",
        paper="Zhao and Hoi 2010, OTL: A Framework of Online Transfer Learning",
        summary="Weight predictions of the source network and of one trained on the target.",
        references=("25",),
        limits=(
            Limit(
                Condition.REGRESSION,
                "Its bound holds for losses between 0 and 1, as for probabilities.",
            ),
            Limit(
                Condition.ONE_ANSWER,
                "A slice is one round here, and a few labelled people make too few for its bound "
                "to say anything.",
            ),
            NEEDS_SOURCE_PREDICTIONS,
        ),
    ),
    _federated("federated_dp", 8.0),
    _federated("federated_dp_3", 3.0),
    _federated("federated_dp_1", 1.0),
)
