"""The evidence for a study's bibliographic entry: values in files and rows, and their labels."""

UNRESOLVED = "unresolved"
NAMED = "named in text"
INFERRED = "inferred"
RESOLVED = "crossref"
EDITED = "edited"

WORDS = {
    UNRESOLVED: "not identified yet",
    NAMED: "named in the source text",
    INFERRED: "inferred, replaceable",
    RESOLVED: "resolved from a Crossref work",
    EDITED: "entered by a person",
}


def evidence_word(evidence: str) -> str:
    """Return the label of a value; an unknown value is returned unchanged."""
    return WORDS.get(evidence, evidence)
