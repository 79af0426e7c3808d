"""Selection of the cases that a DomainSpec requests, or all reasons why they cannot be used."""

from collections.abc import Iterable

from benchmarks.engine.domains.errors import DomainError, unknown
from benchmarks.engine.domains.real.case import LABELS, NO_REGION, Case, DataProblem, natural
from benchmarks.engine.domains.real.holding import Holding, nothing_found
from benchmarks.engine.domains.real.skips import NAME
from benchmarks.plan.spec import SITES_JOINED, DomainSpec


class DataError(DomainError):
    """Data that cannot be used as requested; ``problems`` holds all reasons."""

    def __init__(self, world: str, problems: Iterable[DataProblem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        count = len(self.problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(
            "world",
            f"{world}: {count} {'problem' if count == 1 else 'problems'} in the data\n{lines}\n"
            f"To go on without subjects, list them in {NAME} in the data set's folder, "
            f"or let `python -m benchmarks.engine doctor --skip-bad {world}` do so.",
        )


def choose_cases(held: Holding, spec: DomainSpec) -> tuple[Case, ...]:
    """Return one case per subject, as specified; raises DomainError for what is missing.

    Subjects of a site, or of several joined by +, are numbered from 0 in the order of their names,
    independent of the contrast. Of several sessions the first with the requested contrast and
    region is taken.
    """
    if general := [problem for problem in held.problems if problem.is_general]:
        raise DataError(spec.world, general)
    if not held.cases:
        raise DomainError("world", nothing_found(held))
    cases = _narrowed(held, spec)
    by_subject: dict[str, list[Case]] = {}
    for case in sorted(cases, key=lambda case: natural(case.session)):
        by_subject.setdefault(case.subject, []).append(case)
    names = sorted(by_subject, key=natural)[spec.first_subject :][: spec.subjects]
    if len(names) < (1 if spec.or_fewer else spec.subjects):
        last = spec.first_subject + spec.subjects - 1
        raise DomainError(
            "subjects",
            f"{spec.world} has {len(by_subject)} subjects of cohort {spec.cohort!r} at "
            f"{spec.site!r}, numbered from 0; asked for were {spec.first_subject} to {last}",
        )
    if relevant := [problem for problem in held.problems if _is_about(problem, names, spec)]:
        raise DataError(spec.world, relevant)
    return tuple(_session(by_subject[name], spec) for name in names)


def _narrowed(held: Holding, spec: DomainSpec) -> list[Case]:
    """Return the cases of cohort and site; raises DomainError for a value that does not occur."""
    cases = list(held.cases)
    _check("cohort", spec.cohort, (case.cohort for case in cases))
    cases = [case for case in cases if case.cohort == spec.cohort]
    wanted = set(spec.site.split(SITES_JOINED))
    known = {case.site for case in cases}
    if not wanted & known:  # of several sites, those that exist are used
        raise unknown("site", spec.site, sorted(known, key=natural))
    cases = [case for case in cases if case.site in wanted]
    _check("contrast", spec.contrast, (name for case in cases for name in case.images))
    regions = {name for case in cases for name in case.masks}
    if not held.dataset.needs_labels:
        regions.add(NO_REGION)
    _check("region", spec.region, regions)
    return cases


def _check(field: str, value: str, choices: Iterable[str]) -> None:
    known = sorted(set(choices), key=natural)
    if value not in known:
        raise unknown(field, value, known)


def _session(cases: list[Case], spec: DomainSpec) -> Case:
    def has_all(case: Case) -> bool:
        return spec.contrast in case.images and spec.region in (*case.masks, NO_REGION)

    return next((case for case in cases if has_all(case)), cases[0])


def _is_about(problem: DataProblem, names: list[str], spec: DomainSpec) -> bool:
    if problem.subject not in names:
        return False
    if problem.concerns == LABELS:
        return spec.region != NO_REGION
    return problem.concerns in ("", spec.contrast)
