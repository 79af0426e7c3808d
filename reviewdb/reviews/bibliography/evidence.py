"""How a study's bibliographic entry is known: what files and rows hold, and its words."""

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
    """Return the words; an unknown value as it is."""
    return WORDS.get(evidence, evidence)
