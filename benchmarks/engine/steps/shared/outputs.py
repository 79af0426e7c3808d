"""The stored outputs of steps that several protocols use: one type for writers and readers."""

from typing import NotRequired, TypedDict

from benchmarks.plan.steps.step import Address
from reviewdb.common.json_object import JsonObject


class StepFile(TypedDict):
    """A file of a step; scenario and strategy are the step's own unless they are given."""

    name: str
    kind: str
    title: str
    scenario: NotRequired[str]
    strategy: NotRequired[str]


class FilesOutputs(TypedDict):
    """Outputs of a step that only writes files."""

    artifacts: list[StepFile]


class ResultsOutputs(FilesOutputs):
    """Outputs of a step that measures; `ResultRow` names the columns of a result."""

    results: list[JsonObject]


class DomainOutputs(TypedDict):
    """Outputs of a ``domain`` step; ``spacing`` is in millimetres."""

    digest: str
    subjects: list[str]
    spacing: list[float]
    simulated: bool
    region_share: float


class WeightsOutputs(TypedDict):
    """Outputs of a ``weights`` step: how many numbers the file holds."""

    numbers: int


class ChosenCheckpoint(TypedDict):
    """The iteration that a selection rule chose, and its validation score; ``last`` has none."""

    iteration: int
    score: float | None


class FitOutputs(TypedDict):
    """Outputs of every step that trains; ``records`` hold what the strategy recorded."""

    chosen: dict[str, ChosenCheckpoint]
    curve: list[dict[str, float]]
    validations: list[dict[str, float]]
    records: JsonObject
    cost: dict[str, float | None]


class TestedRule(TypedDict):
    """Each test subject's scores, and the main metric's mean on the source if it was tested.

    A score is None where the metric is not defined for the subject: distances without a reference.
    """

    subjects: list[dict[str, float | None]]
    source: NotRequired[float | None]


class TestOutputs(TypedDict):
    """Outputs of every step that tests a network, by selection rule; ``fit`` is what it tested.

    ``sites`` names the site of each test subject; it is empty where the target is of one site.
    """

    test_subjects: list[int]
    strata: list[int]
    sites: NotRequired[list[str]]
    rules: dict[str, TestedRule]
    fit: Address
