"""Means of each site of a test, where its people are of several: none may hide in the mean."""

from collections.abc import Sequence

import numpy as np

from benchmarks.engine.reporting.crossed import Scores
from benchmarks.engine.reporting.roc import Flags
from benchmarks.engine.tasks.catalog import RIGHT
from benchmarks.plan.metrics import Metric
from benchmarks.plan.result_row import ResultDetail, SiteMean

AUC, BALANCED_ACCURACY = "auc", "balanced_accuracy"


def scores_of_sites(metric: Metric) -> str | None:
    """Return the name of the scores that a site's mean is made of; None where there are none.

    A person's share in an AUC is a rank among the people of all sites, so sites have no AUC here.
    A share in the balanced accuracy depends on all people too: a site's is made of right answers.
    """
    if metric.slug == AUC:
        return None
    return RIGHT if metric.slug == BALANCED_ACCURACY else metric.slug


def by_site(metric: Metric, sites: Sequence[str], scores: Scores, classes: Flags) -> ResultDetail:
    """Return each site's mean with its people, and the worst site, as a part of a row's detail.

    ``sites`` and ``classes`` are those of the people of ``scores`` (seeds, people), which are NaN
    where the metric is not defined; such people do not count. Empty with people of one site. The
    worst site has the lowest mean, or the highest of a distance or an error; it is not named where
    fewer than two sites have a mean. Of equal ones it is the first by name.
    """
    named = sorted(set(sites))
    if len(named) < 2:
        return {}
    means = [_site_mean(metric, name, np.asarray(sites) == name, scores, classes) for name in named]
    known = [(metric.sign * one["mean"], one["site"]) for one in means if one["mean"] is not None]
    if len(known) < 2:
        return {"sites": means}
    return {"sites": means, "worst_site": min(known)[1]}


def _site_mean(metric: Metric, name: str, own: Flags, scores: Scores, classes: Flags) -> SiteMean:
    own = own & ~np.isnan(scores).any(axis=0)
    groups = [own & classes, own & ~classes] if metric.slug == BALANCED_ACCURACY else [own]
    mean = None
    if all(group.any() for group in groups):
        mean = round(float(np.mean([scores[:, group].mean() for group in groups])), 6)
    return {"site": name, "people": int(own.sum()), "mean": mean}
