"""Symmetric, indirect feature-based strategies: a shared space without comparing features."""

from dataclasses import dataclass

from benchmarks.plan.cards import ROOM, StrategyCard
from benchmarks.plan.limits import NEEDS_SOURCE_PREDICTIONS, Condition, Limit
from benchmarks.plan.params import check_range

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


CARDS: tuple[StrategyCard, ...] = (
    StrategyCard(
        slug="dann",
        name="DANN",
        node=NODE,
        reads=("source_images", "source_labels", "target_images", "simultaneous"),
        params=DannParams,
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
        trains_from_scratch=True,
        limits=(NEEDS_SOURCE_PREDICTIONS,),
    ),
    StrategyCard(
        slug="modality_dropout",
        name="Modality dropout",
        node=NODE,
        reads=("source_images", "source_labels"),
        params=ModalityDropoutParams,
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
        slug="test_time_adaptation",
        name="Test-time adaptation",
        node=NODE,
        reads=("source_weights",),
        params=TestTimeAdaptationParams,
        runner=f"{ROOM}.test_time_adaptation:TestTimeAdaptation",
        paper=(
            "Wang et al. 2021, Tent: Fully Test-Time Adaptation by Entropy Minimization; "
            "Varsavsky et al. 2020, Test-Time Unsupervised Domain Adaptation"
        ),
        summary=(
            "Let batch norm follow each test subject's images until the predictions are certain; "
            "no target image is needed before."
        ),
        references=("82",),
        limits=(
            Limit(Condition.REGRESSION, "It lowers the entropy of classes; a number has none."),
            NEEDS_SOURCE_PREDICTIONS,
        ),
    ),
)
