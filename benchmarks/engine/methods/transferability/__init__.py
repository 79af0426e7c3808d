"""Scores that estimate, without fine-tuning, how well a source task transfers to a target task.

Each module is one score on plain arrays: `h_score`, `otce`, `nce`, `leep`, `logme`,
`roi_similarity`. Higher is better for all scores. Input without a score raises `ScoreError`; no
score is ever NaN. `benchmarks.findings.source_selection` ranks sources by them.
"""
