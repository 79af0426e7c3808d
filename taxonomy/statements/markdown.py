"""Writes statements of source documents as a Markdown page, each with its recomputation."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reviewdb.common.tables_out import markdown_escape
from taxonomy.statements import Statement

HEAD = """# Published numbers, recomputed

What each bundled source document says about its own tables, worked out again from the cells it
prints. Nothing on this page was measured by this software: results that it computes stand on the
benchmarks' pages, never here.

*Published* is the number the document states; where its words give none, the number of cases they
speak of, and the explanation says so. *Recomputed* comes from the printed cells alone. Written by
`manage.py publish_statements --out docs/published.md`; a test compares it with the data.
"""
COLUMNS = ("Statement", "Published", "Recomputed", "Verdict", "How, and why not")
SIDES = ("---", "---:", "---:", "---", "---")
WORDS = {True: "agrees", False: "differs", None: "cannot be recomputed"}


@dataclass(frozen=True)
class StatedDocument:
    """A source document and the statements about it."""

    slug: str
    title: str
    citation: str
    statements: Sequence[Statement]

    def count(self, agrees: bool | None) -> int:  # noqa: FBT001 - one of the three verdicts
        """Return how many statements have that verdict."""
        return sum(row["agrees"] is agrees for row in self.statements)

    def summary(self) -> str:
        """Return the verdicts counted in one line."""
        return (
            f"{len(self.statements)} statements: {self.count(True)} agree, {self.count(False)} "
            f"differ, {self.count(None)} cannot be recomputed."
        )


def published_markdown(documents: Iterable[StatedDocument]) -> str:
    """Return the page; each row of a table is one line, so that diffs stay small."""
    return "\n".join([HEAD, *(line for document in documents for line in _document(document))])


def _document(document: StatedDocument) -> Iterator[str]:
    yield f"## {_text(document.title)} (`{document.slug}`)\n"
    if document.citation:
        yield f"{_text(document.citation)}\n"
    yield f"{document.summary()}\n"
    open_rows = [row for row in document.statements if row["agrees"] is not True]
    if open_rows:
        yield "### What differs or cannot be recomputed\n"
        yield from _table(open_rows)
    yield "### Every statement\n"
    yield from _table(document.statements)


def _table(rows: Sequence[Statement]) -> Iterator[str]:
    yield _line(COLUMNS)
    yield _line(SIDES)
    for row in rows:
        yield _line(
            (
                _text(row["statement"]),
                _number(row["published"]),
                _number(row["recomputed"]),
                WORDS[row["agrees"]],
                _text(row["explanation"]),
            )
        )
    yield ""


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _number(value: float | None) -> str:
    return "–" if value is None else str(value)  # noqa: RUF001 - an en dash, as on the pages


def _text(text: str) -> str:
    return markdown_escape(" ".join(text.split()))
