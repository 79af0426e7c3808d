"""Scores that estimate, without fine-tuning, how well a source task transfers to a target task.

Each module is one score on plain arrays: `h_score`, `otce`, `nce`, `leep`, `logme`,
`roi_similarity`. Higher is better for all scores. Input that has no score is refused with a
`ScoreError`, never a NaN. `benchmarks.findings.source_selection` makes a selection out of them.
"""
