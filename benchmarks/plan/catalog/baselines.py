"""Baselines: strategies without a node, from which gains are measured."""

from benchmarks.plan.cards import ROOM, StrategyCard
from benchmarks.plan.params import NoParams

CARDS = (
    StrategyCard(
        slug="source_only",
        name="Source only",
        node=None,
        reads=("source_images", "source_labels"),
        params=NoParams,
        runner=f"{ROOM}.baselines.source_only:SourceOnly",
        paper="No transfer: the lower bound of domain adaptation studies.",
        summary="Train on the source, apply to the target without adaptation.",
    ),
    StrategyCard(
        slug="target_only",
        name="Target only (from scratch)",
        node=None,
        reads=("target_images", "target_labels"),
        params=NoParams,
        runner=f"{ROOM}.baselines.target_only:TargetOnly",
        paper="No transfer: training from scratch on the labelled target subjects.",
        summary="Train from random weights on the labelled target subjects alone.",
    ),
    StrategyCard(
        slug="joint",
        name="Joint training",
        node=None,
        reads=("source_images", "source_labels", "target_images", "target_labels", "simultaneous"),
        params=NoParams,
        runner=f"{ROOM}.baselines.joint:Joint",
        paper="No transfer method: both domains' labelled subjects in one training set.",
        summary="Train from random weights on source and labelled target subjects together.",
    ),
    StrategyCard(
        slug="oracle",
        name="Oracle (all target labels)",
        node=None,
        reads=("target_images", "target_labels"),
        params=NoParams,
        runner=f"{ROOM}.baselines.oracle:Oracle",
        paper="No transfer: the reference with all target labels of domain adaptation studies.",
        summary="Train from random weights on every target training subject, all labelled, to the "
        "plateau. It is a reference and no bound: joint training also sees the source's labels.",
    ),
)
