"""Forms of the pages: they convert what is entered; services check the rules."""

from collections.abc import Sequence
from typing import Any

from django import forms

from benchmarks.plan.build import MAX_SEEDS
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.precision import PRECISIONS
from benchmarks.plan.spec import BenchmarkCard
from reviewdb.common.errors import RuleViolation
from reviewdb.common.text import DOI_LIMIT

GENERAL = None


class RunForm(forms.Form):
    """A request for a run of one benchmark."""

    profile = forms.ChoiceField(widget=forms.RadioSelect)
    strategies = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)
    seeds = forms.IntegerField(required=False, min_value=1, max_value=MAX_SEEDS)
    precision = forms.ChoiceField(required=False, choices=[(name, name) for name in PRECISIONS])

    def __init__(self, card: BenchmarkCard, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.card = card
        chosen = [slug for slug in card.strategies if not STRATEGIES[slug].is_baseline]
        self.fields["profile"] = forms.ChoiceField(
            widget=forms.RadioSelect, choices=[(p.slug, p.title) for p in card.profiles]
        )
        self.fields["strategies"] = forms.MultipleChoiceField(
            widget=forms.CheckboxSelectMultiple,
            required=False,
            choices=[(slug, STRATEGIES[slug].name) for slug in chosen],
        )
        slugs = [profile.slug for profile in card.profiles]
        self.initial.setdefault("profile", "quick" if "quick" in slugs else slugs[0])
        defaults = [slug for slug in card.default_strategies if slug in chosen]
        self.initial.setdefault("strategies", defaults)

    def clean_strategies(self) -> list[str]:
        """Return the chosen slugs; an empty choice is refused, since a run would take the
        defaults."""
        chosen: list[str] = self.cleaned_data["strategies"]
        if not chosen:
            raise forms.ValidationError(
                "Choose at least one strategy to compare with the baselines."
            )
        return chosen


class TagForm(forms.Form):
    """A tag by its name."""

    name = forms.CharField(max_length=100, label="New tag")


class StudyForm(forms.Form):
    """The bibliographic fields of a study that a person may set."""

    title = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    authors = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Family, Given; separated by semicolons.",
    )
    year = forms.IntegerField(required=False, min_value=1900, max_value=2100)
    venue = forms.CharField(required=False)
    doi = forms.CharField(required=False, max_length=DOI_LIMIT, label="DOI")
    abstract = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 6}))


class EffectForm(forms.Form):
    """A comparison as a study prints it; what it does not print stays empty."""

    better = forms.CharField(max_length=300, label="Said to be better")
    worse = forms.CharField(max_length=300, label="Compared with")
    metric = forms.CharField(max_length=100)
    is_higher_better = forms.BooleanField(required=False, initial=True, label="Higher is better")
    better_value = forms.FloatField(label="Mean of the better method")
    worse_value = forms.FloatField(label="Mean of the other")
    better_sd = forms.FloatField(
        required=False, min_value=0, label="Its standard deviation over test subjects"
    )
    worse_sd = forms.FloatField(
        required=False, min_value=0, label="The other's standard deviation over test subjects"
    )
    subjects = forms.IntegerField(required=False, min_value=2, label="Test subjects")
    sites = forms.IntegerField(required=False, min_value=1, label="Sites")
    datasets = forms.CharField(required=False, max_length=300)
    node_path = forms.ChoiceField(required=False, label="Taxonomy node of the better method")
    section = forms.CharField(required=False, max_length=100, label="Where the study says so")

    def __init__(self, nodes: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["node_path"] = forms.ChoiceField(
            required=False,
            label="Taxonomy node of the better method",
            choices=[("", "none"), *((node, node) for node in nodes)],
        )


def add_violation(form: forms.Form, violation: RuleViolation) -> None:
    """Add a violation's errors to the fields that it names, else to the form as a whole."""
    shown = False
    for name, texts in violation.errors.items():
        for text in texts:
            form.add_error(name if name in form.fields else GENERAL, text)
            shown = True
    if not shown:
        form.add_error(GENERAL, violation.message)
