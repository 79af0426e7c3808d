"""Writes what was measured as `docs/calibration.md`."""

from collections.abc import Iterator

from benchmarks.findings.calibration import LEVEL_WORDS, Calibration

MINUS = "\N{MINUS SIGN}"
HEAD = """# Calibration

Made by `make calibration`; do not edit. How often our verdicts are wrong where nothing differs, how
often our intervals hold the truth, and how far weights are from the true ratio. The page
`/calibration/` shows the same numbers."""


def document(found: Calibration) -> str:
    """Return the document in Markdown."""
    return "\n".join([HEAD, "", *_about(found), *_against_itself(found), *_coverage(found),
                      *_weights(found), *_false_claims(found)]) + "\n"  # fmt: skip


def _about(found: Calibration) -> Iterator[str]:
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    yield f"Measured on {found['measured_on']}, commit {found['commit']}, {versions}."


def _against_itself(found: Calibration) -> Iterator[str]:
    yield "\n## A strategy against itself\n"
    yield LEVEL_WORDS
    if found["against_itself"]:
        yield f"\n{found['against_itself'][0]['how']}.\n"
    yield "| seeds | people | comparisons | gain | negative transfer | rate | 95% interval | p |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for row in found["against_itself"]:
        yield (
            f"| {row['seeds']} | {row['people']} | {row['comparisons']} | {row['gains']} "
            f"| {row['negative_transfers']} | {row['rate']:.4f} | {row['low']:.4f} to "
            f"{row['high']:.4f} | {row['p_value']:.2g} |"
        )


def _coverage(found: Calibration) -> Iterator[str]:
    yield "\n## Coverage of intervals that claim 95%\n"
    yield "In repetitions without training: scores of known truth, of seeds, people and a rest."
    yield "\n| interval | case | repetitions | covered | 95% interval | if outside 0.94 to 0.97 |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for row in found["coverage"]:
        yield (
            f"| {row['interval']} | {row['case']} | {row['repetitions']:,} | {row['covered']:.4f} "
            f"| {row['low']:.4f} to {row['high']:.4f} | {row['explanation']} |"
        )


def _weights(found: Calibration) -> Iterator[str]:
    yield "\n## Weight estimators against the true ratio\n"
    yield found["weights_world"]
    yield "\n| estimator | repetitions | bias by fifth of true weight | error | ESS ratio |"
    yield "| --- | --- | --- | --- | --- |"
    for row in found["weights"]:
        bias = ", ".join(f"{value:+.2f}".replace("-", MINUS) for value in row["bias"])
        yield (
            f"| {row['estimator']} | {row['repetitions']} | {bias} | {row['error']:.2f} "
            f"| {row['effective_ratio']:.2f} |"
        )


def _false_claims(found: Calibration) -> Iterator[str]:
    yield "\n## The printed probability that a claim is false\n"
    yield "Differences drawn wide, as the formula's flat prior assumes; the correlation is known."
    yield "\n| printed between | claims | printed on average | false |"
    yield "| --- | --- | --- | --- |"
    for row in found["false_claims"]:
        yield (
            f"| {row['printed_low']} and {row['printed_high']} | {row['claims']:,} "
            f"| {row['printed']:.3f} | {row['false']:.3f} |"
        )
