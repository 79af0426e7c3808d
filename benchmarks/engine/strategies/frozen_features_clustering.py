"""Frozen features and clustering: clusters of pixels, labelled by the mean of their labels."""

from typing import Self

import numpy as np
from sklearn.cluster import KMeans

from benchmarks.engine.methods.features.frozen_features import Array
from benchmarks.engine.strategies.shared.readouts import Readout, read_out
from benchmarks.engine.training.access import Access
from benchmarks.engine.training.trainer import Trainer
from benchmarks.plan.catalog.multiple_models import ClusteringParams


class ClusterVote:
    """Clusters that predict the mean label of their pixels.

    For classes 0 and 1 this is the foreground's share.
    """

    classes_ = (0, 1)

    def __init__(self, clusters: int, seed: int) -> None:
        self.clusters = clusters
        self.seed = seed

    def fit(self, features: Array, labels: Array, *, sample_weight: Array) -> Self:
        """Cluster the pixels without labels, then average the labels in each cluster."""
        count = min(self.clusters, len(np.unique(features, axis=0)))
        self.means = KMeans(count, n_init=3, random_state=self.seed)
        mine = self.means.fit_predict(features, sample_weight=sample_weight)
        total = np.bincount(mine, weights=sample_weight, minlength=count)
        summed = np.bincount(mine, weights=sample_weight * labels, minlength=count)
        self.mean_labels = summed / np.maximum(total, np.finfo(np.float64).tiny)
        return self

    def predict(self, features: Array) -> Array:
        """Return the mean label of each row's cluster, (rows,)."""
        found: Array = self.mean_labels[self.means.predict(features)]
        return found

    def predict_proba(self, features: Array) -> Array:
        """Return the probabilities of both classes, (rows, 2)."""
        share = self.predict(features)
        return np.stack([1 - share, share], axis=1)


class FrozenFeaturesClustering:
    """Minimise sum_i c_i min_k ||phi_i - m_k||^2 (k-means) and predict each cluster's mean label.

    Lloyd 1982. Labels have no influence on the clusters, only on their predictions; c_i gives both
    classes their true share.
    """

    def __init__(self, params: ClusteringParams) -> None:
        self.params = params

    def fit(self, access: Access, trainer: Trainer) -> None:
        """Cluster target pixels and propose the clusters' predictions."""

        def clusters(seed: int) -> ClusterVote:
            return ClusterVote(self.params.clusters, seed)

        read_out(access, trainer, self.params, Readout(clusters, clusters))
