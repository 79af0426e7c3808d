"""Plans what is measured on one pair of tasks: people, networks, tests, scores, similarities.

A seed draws its own people, source networks, labels and fits. Draws and pretraining do not depend
on a target, so all targets of a seed share these steps. Scores need no tuning.
"""

from dataclasses import asdict, dataclass, field
from typing import TypeVar

from benchmarks.plan.baselines import SOURCE_ONLY, TARGET_ONLY
from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.catalog import strategy_card
from benchmarks.plan.protocols.source_selection.steps import (
    Counted,
    Inversion,
    PairParents,
    PeopleStep,
    PretrainParents,
    PretrainStep,
    ScoredParents,
    SimilarityStep,
    TargetTestStep,
    TestedParents,
    TransferabilityStep,
    TuneParents,
    TuneStep,
)
from benchmarks.plan.protocols.source_selection.tasks import People, SourceTask, Study
from benchmarks.plan.selection_rules import PRETRAINING_RULE, TARGET_VALIDATION
from benchmarks.plan.spec import DomainSpec, Place, Profile
from benchmarks.plan.steps.shared import DomainStep
from benchmarks.plan.steps.step import Address, Step
from reviewdb.common.json_object import JsonObject

PRETRAINED, TUNED, SCRATCH = SOURCE_ONLY, "frozen_encoder", TARGET_ONLY
TUNING_RULE = TARGET_VALIDATION
INVERSION: Inversion = "pseudo_inverse"
TASK = "segmentation"
AnyStep = TypeVar("AnyStep", bound=Step)


@dataclass(frozen=True)
class Effort:
    """Settings in addition to a profile: the loss, and the cost of scores.

    ``loss`` is the paper's cross-entropy, or ``task``, which adds soft Dice. ``otce_pixels`` are
    drawn per side, because the cost of transport grows faster than linearly; transport stops at
    ``otce_tolerance``. At most ``masks`` per side are compared if people differ. ``resamples`` is
    the number of draws of labelled people for the stability of the scores of Tables IV and V.
    """

    loss: str
    otce_pixels: int
    otce_tolerance: float
    masks: int
    resamples: int


EFFORTS = {
    "smoke": Effort("task", otce_pixels=100, otce_tolerance=1e-3, masks=12, resamples=1),
    # In 240 iterations, cross-entropy alone does not find regions of a thousandth of the pixels.
    "quick": Effort("task", otce_pixels=1_000, otce_tolerance=1e-4, masks=64, resamples=3),
    "standard": Effort(
        "cross_entropy", otce_pixels=5_000, otce_tolerance=1e-5, masks=128, resamples=10
    ),
    "paper": Effort(
        "cross_entropy", otce_pixels=40_000, otce_tolerance=1e-6, masks=128, resamples=20
    ),
}


@dataclass
class Measurements:
    """The steps that measure tasks and pairs, by address."""

    study: Study
    profile: Profile
    seeds: int
    precision: str
    steps: dict[Address, Step] = field(default_factory=dict)

    @property
    def effort(self) -> Effort:
        """Return the profile's loss and scoring."""
        return EFFORTS[self.profile.slug]

    def add(self, step: AnyStep) -> AnyStep:
        """Return the step, which is now planned; adding it again has no effect."""
        self.steps.setdefault(step.address, step)
        return step

    def domain(self, task: SourceTask) -> DomainStep:
        """Return the images and masks of a task."""
        return self.add(DomainStep.of(self._spec(task.people, task.place), f"{task.name}: build"))

    def _spec(self, people: People, place: Place) -> DomainSpec:
        profile = self.profile
        return DomainSpec(
            world=place.world,
            site=place.site,
            cohort=place.cohort,
            contrast=place.contrast,
            region=place.region,
            subjects=self._subjects(people),
            first_subject=people.first_subject,
            image_size=profile.image_size,
            spacing_mm=profile.spacing_mm,
            slices=profile.slices,
            seed=profile.world_seed,
            or_fewer=not people.is_simulated,
        )

    def _subjects(self, people: People) -> int:
        """Return how many people a group has: who tests, and each seed's own.

        There are as many as the profile's seeds need, or more if more are requested, so that a
        request for fewer seeds shares the domain.
        """
        sizes = self._sizes(people)
        return sizes["test"] + self._most_seeds * (sizes["train"] + sizes["validation"])

    @property
    def _most_seeds(self) -> int:
        return max(self.profile.seeds, self.seeds)

    def _sizes(self, people: People) -> dict[str, int]:
        """Return how many of a group train, validate and test in a seed, by its tasks' roles."""
        profile = self.profile
        groups = [
            {self.study.tasks[name].people for name in names}
            for names in zip(*self.study.pairs, strict=True)
        ]
        is_target, is_source = (people in group for group in groups)
        train = max(profile.source_train * is_source, profile.target_pool * is_target)
        validation = max(
            profile.source_validation * is_source, profile.target_validation * is_target
        )
        return {
            "train": train,
            "validation": validation,
            "test": profile.target_test * is_target,
        }

    def people(self, people: People, seed: int) -> PeopleStep:
        """Return one seed's draw of a group; a real one may have fewer people than requested."""
        tasks = (task for task in self.study.tasks.values() if task.people == people)
        counted = None if people.is_simulated else self.domain(next(tasks)).address
        return self.add(
            PeopleStep(
                parents=Counted(counted),
                seed=seed,
                seeds=self._most_seeds,
                people=people.slug,
                **self._sizes(people),
                label=f"{people.slug}: draw people, seed {seed}",
            )
        )

    def pretraining(self, task: SourceTask, seed: int) -> PretrainStep:
        """Return the network of a source task, which does not depend on a target."""
        return self.add(
            PretrainStep(
                parents=PretrainParents(
                    source=self.domain(task).address,
                    people=self.people(task.people, seed).address,
                ),
                **self._training(strategy_card(PRETRAINED), 0, seed, PRETRAINING_RULE),
                label=f"{task.name}: pretrain, seed {seed}",
            )
        )

    def tuning(self, target: SourceTask, source: SourceTask | None, seed: int) -> TuneStep:
        """Return the fit to the target: from a source network, or from scratch without one."""
        card = strategy_card(TUNED if source else SCRATCH)
        return self.add(
            TuneStep(
                parents=TuneParents(
                    target=self.domain(target).address,
                    people=self.people(target.people, seed).address,
                    pretraining=self.pretraining(source, seed).address if source else None,
                ),
                **self._training(card, self.profile.target_pool, seed, TUNING_RULE),
                label=f"{target.name}: {_from(source)}, seed {seed}",
            )
        )

    def _training(self, card: StrategyCard, n_target: int, seed: int, rule: str) -> JsonObject:
        profile = self.profile
        # Training from scratch gets the pretraining budget, so that a gain over it does not come
        # from longer training alone.
        is_tuning = card.slug == TUNED
        return {
            "task": TASK,
            "strategy": card.slug,
            "params": asdict(card.default_params()),
            "n_target": n_target,
            "seed": seed,
            "rules": (rule,),
            "loss": self.effort.loss,
            "precision": self.precision,
            "width": profile.width,
            "batch": profile.batch,
            "checkpoints": profile.checkpoints,
            "learning_rate": profile.learning_rate,
            "weight_decay": profile.weight_decay,
            "iterations": (
                profile.adapting_iterations if is_tuning else profile.pretraining_iterations
            ),
        }

    def test(self, target: SourceTask, source: SourceTask | None, seed: int) -> TargetTestStep:
        """Return the test of a fit on the target's test people."""
        return self.add(
            TargetTestStep(
                parents=TestedParents(
                    target=self.domain(target).address,
                    people=self.people(target.people, seed).address,
                    tuning=self.tuning(target, source, seed).address,
                ),
                task=TASK,
                rule=TUNING_RULE,
                label=f"{target.name}: test {_from(source)}, seed {seed}",
            )
        )

    def scores(self, target: SourceTask, source: SourceTask, seed: int) -> TransferabilityStep:
        """Return the scores of a pair, for which nothing is tuned."""
        is_ranked = (target.name, source.name) in self.study.ranked
        return self.add(
            TransferabilityStep(
                parents=ScoredParents(
                    source=self.domain(source).address,
                    target=self.domain(target).address,
                    source_people=self.people(source.people, seed).address,
                    target_people=self.people(target.people, seed).address,
                    pretraining=self.pretraining(source, seed).address,
                ),
                task=TASK,
                n_target=self.profile.target_pool,
                seed=seed,
                inversion=INVERSION,
                otce_pixels=self.effort.otce_pixels,
                otce_tolerance=self.effort.otce_tolerance,
                resamples=self.effort.resamples * is_ranked,
                label=f"{target.name}: score {source.name}, seed {seed}",
            )
        )

    def similarity(self, target: SourceTask, source: SourceTask) -> SimilarityStep:
        """Return the step that compares two regions, on the same people if possible."""
        return self.add(
            SimilarityStep(
                parents=PairParents(
                    source=self.domain(source).address,
                    target=self.domain(target).address,
                    source_people=self.people(source.people, 0).address,
                    target_people=self.people(target.people, 0).address,
                ),
                task=TASK,
                pairing="paired" if source.people == target.people else "crossed",
                masks=self.effort.masks,
                label=f"{target.name}: similarity of {source.name}",
            )
        )


def _from(source: SourceTask | None) -> str:
    return f"tune {source.name}" if source else "train from scratch"
