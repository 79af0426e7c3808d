"""Reads the published claims of a review with the risk that they are false and our verdicts."""

from collections import Counter
from collections.abc import Iterator, Mapping

from django.db.models import Q

from benchmarks.findings.claims import Claim, ClaimRow, claim_row
from benchmarks.models import Result
from benchmarks.selectors.evidence import evidence_results
from benchmarks.selectors.headline import headline_results
from benchmarks.selectors.results import REFERENCED_REVIEW
from reviewdb.reviews.models import Review, Study
from taxonomy.models import Document, ReportedEffect
from taxonomy.selectors.effects import effect_list
from taxonomy.selectors.published import document_comparisons

Verdicts = Mapping[str, Counter[str]]


def claim_list(review: Review) -> list[ClaimRow]:
    """Return the claims that the review's studies and documents print, in a few queries.

    First the effects that people entered for studies, then the comparisons that source documents'
    tables hold. The bundled review has a second document that belongs to no review.
    """
    effects = list(effect_list(review))
    verdicts = _verdicts() if any(effect.node_path for effect in effects) else {}
    claims = [_of_effect(effect, verdicts) for effect in effects]
    return [claim_row(claim) for claim in (*claims, *_of_documents(review))]


def study_claims(study: Study) -> list[ClaimRow]:
    """Return the claims that one study reports."""
    effects = list(study.effects.all())
    verdicts = _verdicts() if any(effect.node_path for effect in effects) else {}
    return [claim_row(_of_effect(effect, verdicts)) for effect in effects]


def _of_effect(effect: ReportedEffect, verdicts: Verdicts) -> Claim:
    return Claim(
        key=f"effect-{effect.pk}",
        claim=str(effect),
        study=effect.study_id,
        better=effect.better,
        worse=effect.worse,
        metric=effect.metric,
        better_value=effect.better_value,
        worse_value=effect.worse_value,
        is_higher_better=effect.is_higher_better,
        better_sd=effect.better_sd,
        worse_sd=effect.worse_sd,
        subjects=effect.subjects,
        sites=effect.sites,
        node=effect.node_path or None,
        verdicts=_below(verdicts, effect.node_path),
    )


def _of_documents(review: Review) -> Iterator[Claim]:
    shared = Q(review=None) if review.slug == REFERENCED_REVIEW else Q(pk=None)
    for document in Document.objects.filter(Q(review=review) | shared):
        for number, row in enumerate(document_comparisons(document)):
            yield Claim(
                key=f"{document.slug}-{number}",
                claim=row.claim,
                document=document.slug,
                better=row.better,
                worse=row.worse,
                metric=row.metric,
                better_value=row.better_value,
                worse_value=row.worse_value,
                recounts=row.recounts,
                verdicts={},
            )


def _verdicts() -> dict[str, Counter[str]]:
    """Return the counted verdicts by node: main metric and one rule, no failures."""
    rows = headline_results(evidence_results(Result.objects.filter(node__isnull=False)))
    decided = rows.exclude(verdict__in=("", "failed"))
    found: dict[str, Counter[str]] = {}
    for path, verdict in decided.values_list("node__path", "verdict"):
        found.setdefault(path, Counter())[verdict] += 1
    return found


def _below(verdicts: Verdicts, path: str) -> Counter[str]:
    here = (
        count
        for node, count in verdicts.items()
        if path and (node == path or node.startswith(f"{path}/"))
    )
    return sum(here, Counter())
