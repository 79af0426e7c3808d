"""Filters and tags that write numbers, verdicts and links the same way on every page."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django import template
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from benchmarks.selectors.evidence import OtherArithmetic, left_out
from frontend.presenters import words
from frontend.presenters.changes import change_lines
from frontend.presenters.gap_places import place_of
from frontend.presenters.pictures import picture_caption
from frontend.presenters.results import NAMES
from frontend.presenters.sites import worst_site
from frontend.presenters.words import verdict_sign, verdict_word
from reviewdb.common.text import bare_doi
from reviewdb.reviews.bibliography.evidence import evidence_word
from reviewdb.reviews.models import Review, Study
from reviewdb.reviews.models.studies import Evidence
from taxonomy.counting.tree import FiledNode

register = template.Library()

for name in (
    "number",
    "whole",
    "signed",
    "duration",
    "device_words",
    "underscored",
    "plain_number",
    "format_name",
    "metric_word",
    "percent",
    "score_word",
    "step_word",
    "loss_word",
    "column_word",
    "no_verdict_word",
    "selection_word",
    "setting_word",
    "is_test_profile",
):
    register.filter(name, getattr(words, name))


@register.simple_tag
def runs_of_other_arithmetic() -> list[OtherArithmetic]:
    """Return the runs that count nowhere because of their arithmetic."""
    return left_out()


@register.filter
def strategy_name(slug: str) -> str:
    """Return a strategy's name as its card writes it."""
    return NAMES.get(slug, slug)


register.filter("place", place_of)
register.filter("change_lines", change_lines)
register.filter("evidence_word", evidence_word)
register.filter("picture_caption", picture_caption)
register.filter("worst_site", worst_site)

SECTIONS = {
    "overview": {"overview"},
    "taxonomy": {"taxonomy", "node"},
    "gaps": {"gaps", "gap"},
    "studies": {"studies", "study", "study-edit"},
    "tables": {"tables", "published", "published-list"},
    "benchmarks": {"benchmarks", "benchmark", "source-selection"},
    "runs": {"runs", "run", "run-compare"},
}


@register.simple_tag(takes_context=True)
def navlink(context: Context, name: str, label: str) -> SafeString:
    """Return one entry of the main navigation; the current section is marked."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    here = match is not None and match.url_name in SECTIONS[name]
    page = match is not None and match.url_name == name
    mark = ' aria-current="page"' if page else ' aria-current="true"' if here else ""
    keeps_review = name in {"overview", "taxonomy", "gaps", "studies", "tables"}
    query = context.get("review_query", "") if keeps_review else ""
    return format_html(
        '<li><a href="{}{}"{}>{}</a></li>',
        reverse(f"frontend:{name}"),
        query,
        SafeString(mark),
        label,
    )


@register.simple_tag(takes_context=True)
def crumbs(context: Context, *pairs: Any) -> SafeString:
    """Return breadcrumbs from label, address, label, address, ..., and the last label alone."""
    steps = list(zip(pairs[0::2], pairs[1::2], strict=False))
    inner = format_html_join(
        "",
        '<li><a href="{}{}">{}</a></li>',
        ((address, context.get("review_query", ""), label) for label, address in steps),
    )
    last = format_html('<li aria-current="page">{}</li>', pairs[-1]) if len(pairs) % 2 else ""
    return format_html(
        '<nav class="crumbs" aria-label="Breadcrumb"><ol>{}{}</ol></nav>', inner, last
    )


@register.simple_tag
def verdict_chip(verdict: str | None) -> SafeString:
    """Return a verdict as sign and word; nothing for a baseline, which has none."""
    if not verdict:
        return SafeString("")
    return format_html(
        '<span class="chip {}"><span aria-hidden="true">{}</span> {}</span>',
        verdict,
        verdict_sign(verdict),
        verdict_word(verdict),
    )


@register.simple_tag
def answer_chip(answer: str) -> SafeString:
    """Return an interval's answer: yes, no, or open where it contains the no-effect value."""
    kind, word = words.ANSWERS.get(answer, ("", "= open"))
    return format_html('<span class="chip {}">{}</span>', kind, word)


@register.simple_tag
def run_links(runs: Iterable[int]) -> SafeString:
    """Return links to the runs, set apart by commas."""
    addresses = ((reverse("frontend:run", args=[run]), run) for run in runs)
    return format_html_join(", ", '<a href="{}">run {}</a>', addresses)


@register.simple_tag
def agrees_chip(agrees: bool | None) -> SafeString:  # noqa: FBT001 - templates pass by position
    """Return whether a number agrees with its recomputation; None where there is none."""
    kind, word = words.AGREES[agrees]
    return format_html('<span class="{}">{}</span>', f"chip {kind}".strip(), word)


@register.simple_tag
def simulated_badge(is_simulated: bool) -> SafeString:  # noqa: FBT001 - templates pass by position
    """Return the label that every simulated number carries; nothing for a real one."""
    if not is_simulated:
        return SafeString("")
    return SafeString('<span class="badge simulated">simulated</span>')


@register.simple_tag
def share_bar(part: float | None, whole: float | None, label: str) -> SafeString:
    """Return a small bar for ``part`` of ``whole``; an attribute sets its width, no style does."""
    percent = 100 * (part or 0) / whole if whole else 0
    return format_html(
        '<svg role="img" aria-label="{}" preserveAspectRatio="none" viewBox="0 0 100 10">'
        '<rect width="{}" height="10"/></svg>',
        label,
        f"{min(percent, 100):.1f}",
    )


@register.simple_tag
def verdict_count(verdict: str, count: int) -> SafeString:
    """Return how many results got a verdict, with the verdict's sign."""
    return format_html(
        '<span class="chip {}"><span aria-hidden="true">{}</span> {} {}</span>',
        verdict,
        verdict_sign(verdict),
        count,
        verdict_word(verdict),
    )


@register.simple_tag
def evidence_badge(study: Study) -> SafeString:
    """Return how a study's bibliographic entry was found; nothing where it is certain."""
    if study.evidence not in (Evidence.INFERRED, Evidence.UNRESOLVED, Evidence.EDITED):
        return SafeString("")
    return format_html(
        '<span class="badge evidence {}">{}</span>',
        study.evidence,
        evidence_word(study.evidence),
    )


@register.simple_tag
def doi_link(doi: str, label: str = "") -> SafeString:
    """Return a link to the DOI; other text is returned without a link."""
    bare = bare_doi(doi)
    if not bare:
        return format_html("{}", doi)
    address = f"https://doi.org/{quote(bare, safe='/')}"
    return format_html('<a href="{}" rel="noreferrer">{}{}</a>', address, label, bare)


@register.simple_tag
def published_cell(compared: Mapping[str, Any] | None) -> SafeString:
    """Return a printed number, marked where a recount gives another one."""
    if compared is None:
        return SafeString('<span class="soft">\u2013</span>')
    mark = SafeString(' <span class="badge">differs</span>') if compared["agrees"] is False else ""
    return format_html("{}{}", words.plain_number(compared["published"]), mark)


@register.simple_tag(takes_context=True)
def node_crumbs(context: Context, ancestors: Iterable[FiledNode], name: str) -> SafeString:
    """Return breadcrumbs from the taxonomy down to a node."""
    pairs: list[Any] = ["Taxonomy", reverse("frontend:taxonomy")]
    for node in ancestors:
        pairs += [node["name"], reverse("frontend:node", args=[node["path"]])]
    return crumbs(context, *pairs, name)


@register.simple_tag(takes_context=True)
def drop_filter(context: Context, name: str) -> str:
    """Return the query of this page without one filter, on its first page."""
    query = context["request"].GET.copy()
    for gone in (name, "page"):
        query.pop(gone, None)
    return f"?{query.urlencode()}"


@register.simple_tag
def export_url(review: Review, what: str, fmt: str) -> str:
    """Return the address of an export."""
    query = urlencode({"review": review.slug, "what": what, "format": fmt})
    return f"{reverse('api:exports')}?{query}"


@register.filter
def age(moment: datetime) -> str:
    """Return how long ago a moment was, to the second."""
    return words.duration(max(0.0, round((timezone.now() - moment).total_seconds())))


@register.filter
def depth(path: str) -> int:
    """Return how far below the root a node's path lies."""
    return path.count("/")
