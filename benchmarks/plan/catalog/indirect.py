"""Symmetric, indirect feature-based strategies: a shared space without comparing features."""

from dataclasses import dataclass

from benchmarks.plan.cards import ROOM, StrategyCard
from benchmarks.plan.limits import NEEDS_SOURCE_PREDICTIONS, Condition, Limit
from benchmarks.plan.params import NoParams, check_range

NODE = "feature/symmetric/indirect"


@dataclass(frozen=True)
class DannParams:
    """``trade_off``: final value of lambda (1 in Ganin et al. 2016)."""

    trade_off: float = 1.0

    def __post_init__(self) -> None:
        check_range("trade_off", self.trade_off, low=0.0)


@dataclass(frozen=True)
class CdanParams:
    """``trade_off``: final value of lambda (1 in Long et al. 2018)."""

    trade_off: float = 1.0

    def __post_init__(self) -> None:
        check_range("trade_off", self.trade_off, low=0.0)


@dataclass(frozen=True)
class KnowledgeDistillationParams:
    """``temperature``: T of the softmax; Hinton et al. 2015 try 1 to 20, ours is 2."""

    temperature: float = 2.0

    def __post_init__(self) -> None:
        check_range("temperature", self.temperature, low=0.1, high=100.0)


@dataclass(frozen=True)
class ModalityDropoutParams:
    """``trade_off``: final weight of the adversary's loss (ours)."""

    trade_off: float = 1.0

    def __post_init__(self) -> None:
        check_range("trade_off", self.trade_off, low=0.0)


@dataclass(frozen=True)
class TestTimeAdaptationParams:
    """``learning_rate``: Adam's, from Wang et al. 2021. ``steps``: per subject, ours."""

    learning_rate: float = 1e-3
    steps: int = 3

    def __post_init__(self) -> None:
        check_range("learning_rate", self.learning_rate, low=0.0, high=1.0)
        check_range("steps", self.steps, low=0, high=1000)


@dataclass(frozen=True)
class SarParams:
    """``margin`` and ``radius``: E_0 = 0.4 log(classes) and rho = 0.05 in Niu et al. 2023.

    ``learning_rate`` and ``steps`` are those of TENT here.
    """

    learning_rate: float = 1e-3
    steps: int = 3
    margin: float = 0.4
    radius: float = 0.05

    def __post_init__(self) -> None:
        check_range("learning_rate", self.learning_rate, low=0.0, high=1.0)
        check_range("steps", self.steps, low=0, high=1000)
        check_range("margin", self.margin, low=0.0, high=1.0)
        check_range("radius", self.radius, low=0.0)


@dataclass(frozen=True)
class EntropyMinimisationParams:
    """``trade_off``: weight of the entropy, 0.001 in Vu et al. 2019."""

    trade_off: float = 1e-3

    def __post_init__(self) -> None:
        check_range("trade_off", self.trade_off, low=0.0)


@dataclass(frozen=True)
class AdventParams:
    """``trade_off``: weight of the adversary's gradient, 0.001 in Vu et al. 2019."""

    trade_off: float = 1e-3

    def __post_init__(self) -> None:
        check_range("trade_off", self.trade_off, low=0.0)


@dataclass(frozen=True)
class MeanTeacherParams:
    """``decay``: of the moving average, 0.99 in French et al. 2018, as is the ``noise`` of 0.1.

    ``trade_off``: weight of the squared difference (ours).
    """

    trade_off: float = 10.0
    decay: float = 0.99
    noise: float = 0.1

    def __post_init__(self) -> None:
        check_range("trade_off", self.trade_off, low=0.0)
        check_range("decay", self.decay, low=0.0, high=1.0)
        check_range("noise", self.noise, low=0.0, high=3.0)


@dataclass(frozen=True)
class ShotParams:
    """``pseudo_weight``: 0.3 in Liang et al. 2020; all else is ours.

    ``trade_off``: weight of all terms. ``pixels``: pixels of a batch that pseudo-labels are made
    for.
    """

    trade_off: float = 1.0
    pseudo_weight: float = 0.3
    pixels: int = 1024

    def __post_init__(self) -> None:
        check_range("trade_off", self.trade_off, low=0.0)
        check_range("pseudo_weight", self.pseudo_weight, low=0.0)
        check_range("pixels", self.pixels, low=2)


@dataclass(frozen=True)
class DomainSpecificNormParams:
    """``trade_off``: weight of the loss on pseudo-labels, 1 in Chang et al. 2019."""

    trade_off: float = 1.0

    def __post_init__(self) -> None:
        check_range("trade_off", self.trade_off, low=0.0)


UNLABELLED = ("source_images", "source_labels", "target_images", "simultaneous")
ENTROPY_ALONE = (
    "It adapts when it predicts, by the entropy alone: there is no task's gradient to compare its "
    "gradient with."
)
NO_ENTROPY = Limit(Condition.REGRESSION, "It lowers the entropy of classes; a number has none.")


@dataclass(frozen=True)
class RandomConvolutionParams:
    """``trade_off``: weight of the consistency between versions; Xu et al. 2021 use 10."""

    trade_off: float = 10.0

    def __post_init__(self) -> None:
        check_range("trade_off", self.trade_off, low=0.0)


@dataclass(frozen=True)
class SyntheticContrastsParams:
    """``real_share``: part of each batch that is not synthetic; 0 in Billot et al. 2023."""

    real_share: float = 0.0

    def __post_init__(self) -> None:
        check_range("real_share", self.real_share, low=0.0, high=1.0)


CARDS: tuple[StrategyCard, ...] = (
    StrategyCard(
        slug="dann",
        name="DANN",
        node=NODE,
        reads=("source_images", "source_labels", "target_images", "simultaneous"),
        params=DannParams,
        strength="trade_off",
        same_without_term="source_only",
        runner=f"{ROOM}.dann:Dann",
        paper="Ganin et al. 2016, Domain-Adversarial Training of Neural Networks",
        summary=(
            "Train features from which no classifier can tell the domain. The review files it as "
            "indirect, yet it reads both domains at once."
        ),
        references=("26", "39", "52", *map(str, range(75, 84))),
        has_own_layers=True,
    ),
    StrategyCard(
        slug="cdan",
        name="CDAN",
        node=NODE,
        reads=("source_images", "source_labels", "target_images", "simultaneous"),
        params=CdanParams,
        strength="trade_off",
        same_without_term="source_only",
        runner=f"{ROOM}.cdan:Cdan",
        paper="Long et al. 2018, Conditional Adversarial Domain Adaptation",
        summary=(
            "As DANN, but the classifier of domains sees features together with what is "
            "predicted from them, the certain predictions most."
        ),
        has_own_layers=True,
        limits=(Limit(Condition.REGRESSION, "It conditions on the probabilities of classes."),),
    ),
    StrategyCard(
        slug="knowledge_distillation",
        name="Knowledge distillation",
        node=NODE,
        reads=("source_weights", "target_images"),
        params=KnowledgeDistillationParams,
        runner=f"{ROOM}.knowledge_distillation:KnowledgeDistillation",
        paper=(
            "Orbes-Arteaga et al. 2019, Knowledge distillation for semi-supervised domain "
            "adaptation; Hinton et al. 2015, Distilling the Knowledge in a Neural Network"
        ),
        summary="Teach a new network the source network's answers on unlabelled target images.",
        references=("84",),
        no_control="Without the source network's answers nothing would be trained: its whole "
        "loss is their divergence, and the network that gave them is source only.",
        limits=(NEEDS_SOURCE_PREDICTIONS,),
    ),
    StrategyCard(
        slug="modality_dropout",
        name="Modality dropout",
        node=NODE,
        reads=("source_images", "source_labels"),
        params=ModalityDropoutParams,
        strength="trade_off",
        runner=f"{ROOM}.modality_dropout:ModalityDropout",
        paper="Shen and Gao 2019, Brain Tumor Segmentation on MRI with Missing Modalities",
        summary=(
            "Drop whole input channels while training, and pull the features of what is left "
            "towards those of the whole. The benchmark has one contrast a subject, so three "
            "appearances of it stand for the contrasts: our reading, not the paper's. The review's "
            "table files it here, its text under direct."
        ),
        references=("76",),
        has_own_layers=True,
    ),
    StrategyCard(
        slug="random_convolution",
        name="Random convolution",
        node=NODE,
        reads=("source_images", "source_labels"),
        params=RandomConvolutionParams,
        runner=f"{ROOM}.random_convolution:RandomConvolution",
        paper=(
            "Xu et al. 2021, Robust and Generalizable Visual Representation Learning via Random "
            "Convolutions"
        ),
        strength="trade_off",
        summary=(
            "Train on source images in random textures, with predictions that must not change. "
            "Domain randomisation: no target image is needed; the leaf is our placing."
        ),
    ),
    StrategyCard(
        slug="synthetic_contrasts",
        name="Synthetic contrasts",
        node=NODE,
        reads=("source_images", "source_labels"),
        params=SyntheticContrastsParams,
        runner=f"{ROOM}.synthetic_contrasts:SyntheticContrasts",
        paper=(
            "Billot et al. 2023, SynthSeg: Segmentation of brain MRI scans of any contrast and "
            "resolution without retraining"
        ),
        summary=(
            "Train on images drawn from the source's label maps in any contrast. Domain "
            "randomisation: no target image is needed; the leaf is our placing."
        ),
    ),
    StrategyCard(
        slug="adabn",
        name="AdaBN",
        node=NODE,
        reads=("source_weights", "target_images"),
        params=NoParams,
        runner=f"{ROOM}.adabn:AdaBn",
        paper="Li et al. 2016, Revisiting Batch Normalization For Practical Domain Adaptation, "
        "arXiv:1603.04779",
        summary="Take batch norm's means and variances from the target's training images and keep "
        "every weight of the source network; test people are not looked at.",
        limits=(NEEDS_SOURCE_PREDICTIONS,),
    ),
    StrategyCard(
        slug="domain_specific_norm",
        name="Domain-specific batch norm (DSBN)",
        node=NODE,
        reads=("source_weights", *UNLABELLED),
        params=DomainSpecificNormParams,
        strength="trade_off",
        runner=f"{ROOM}.domain_specific_norm:DomainSpecificNorm",
        paper="Chang et al. 2019, Domain-Specific Batch Normalization for Unsupervised Domain "
        "Adaptation, arXiv:1906.03950",
        summary="Train one network with a batch norm of its own for each domain, on the source's "
        "labels and on pseudo-labels of the target; AdaBN, which gives the first of them, trains "
        "nothing. Statistics are those of training images, and test people are not looked at.",
        limits=(Limit(Condition.REGRESSION, "Its pseudo-labels are classes; a number is none."),),
    ),
    StrategyCard(
        slug="test_time_adaptation",
        name="Test-time adaptation (TENT)",
        node=NODE,
        reads=("source_weights", "test_images"),
        params=TestTimeAdaptationParams,
        strength="learning_rate",
        no_gradient_share=ENTROPY_ALONE,
        runner=f"{ROOM}.test_time_adaptation:TestTimeAdaptation",
        paper=(
            "Wang et al. 2021, Tent: Fully Test-Time Adaptation by Entropy Minimization, "
            "arXiv:2006.10726; Varsavsky et al. 2020, Test-Time Unsupervised Domain Adaptation"
        ),
        summary=(
            "Let batch norm follow each test person's images until the predictions are certain; "
            "it adapts when it predicts, without labels, and needs no target image before."
        ),
        references=("82",),
        limits=(NO_ENTROPY, NEEDS_SOURCE_PREDICTIONS),
    ),
    StrategyCard(
        slug="sar",
        name="Sharpness-aware test-time adaptation (SAR)",
        node=NODE,
        reads=("source_weights", "test_images"),
        params=SarParams,
        strength="learning_rate",
        no_gradient_share=ENTROPY_ALONE,
        runner=f"{ROOM}.sar:Sar",
        paper="Niu et al. 2023, Towards Stable Test-Time Adaptation in Dynamic Wild World, "
        "arXiv:2302.12400",
        summary=(
            "As TENT, but uncertain pixels are left out and batch norm moves to where the entropy "
            "stays low nearby; it adapts to each test person's images, without labels."
        ),
        limits=(NO_ENTROPY, NEEDS_SOURCE_PREDICTIONS),
    ),
    StrategyCard(
        slug="entropy_minimisation",
        name="Entropy minimisation",
        node=NODE,
        reads=UNLABELLED,
        params=EntropyMinimisationParams,
        strength="trade_off",
        same_without_term="source_only",
        runner=f"{ROOM}.entropy_minimisation:EntropyMinimisation",
        paper="Vu et al. 2019, ADVENT: Adversarial Entropy Minimization for Domain Adaptation in "
        "Semantic Segmentation, arXiv:1811.12833 (MinEnt); Grandvalet and Bengio 2005, "
        "Semi-supervised Learning by Entropy Minimization",
        summary="Make predictions on unlabelled target images certain while training on the "
        "source; wrong ones become certain too.",
        limits=(NO_ENTROPY,),
    ),
    StrategyCard(
        slug="advent",
        name="ADVENT",
        node=NODE,
        reads=UNLABELLED,
        params=AdventParams,
        strength="trade_off",
        same_without_term="source_only",
        runner=f"{ROOM}.advent:Advent",
        paper="Vu et al. 2019, ADVENT: Adversarial Entropy Minimization for Domain Adaptation in "
        "Semantic Segmentation, arXiv:1811.12833 (AdvEnt)",
        summary="Make maps of the predictions' entropy on target images look like those on the "
        "source, to a discriminator.",
        has_own_layers=True,
        limits=(NO_ENTROPY,),
    ),
    StrategyCard(
        slug="mean_teacher",
        name="Mean teacher",
        node=NODE,
        reads=UNLABELLED,
        params=MeanTeacherParams,
        strength="trade_off",
        runner=f"{ROOM}.mean_teacher:MeanTeacher",
        paper="Tarvainen and Valpola 2017, Mean teachers are better role models, arXiv:1703.01780; "
        "French et al. 2018, Self-ensembling for visual domain adaptation, arXiv:1706.05208; "
        "Perone et al. 2019, Unsupervised domain adaptation for medical imaging segmentation with "
        "self-ensembling, arXiv:1811.06042",
        summary="Let the moving average of the network teach it, on target images changed in two "
        "ways; the average predicts.",
    ),
    StrategyCard(
        slug="shot",
        name="Source hypothesis transfer (SHOT)",
        node=NODE,
        reads=("source_weights", "target_images"),
        params=ShotParams,
        strength="trade_off",
        no_gradient_share="No label is read when it trains, so that its terms are the whole loss: "
        "there is no task's gradient to compare theirs with.",
        runner=f"{ROOM}.shot:Shot",
        paper="Liang et al. 2020, Do We Really Need to Access the Source Data? Source Hypothesis "
        "Transfer for Unsupervised Domain Adaptation, arXiv:2002.08546; Bateson et al. 2020, "
        "Source-Relaxed Domain Adaptation for Image Segmentation, arXiv:2005.03697",
        summary="Keep the source's head and train the features on target images until its "
        "predictions are certain, in the expected shares, and agree with their class's centroid.",
        limits=(NO_ENTROPY, NEEDS_SOURCE_PREDICTIONS),
    ),
)
