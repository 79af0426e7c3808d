"""Fetches a work from Crossref; used only by `resolve_bibliography --online`."""

from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from reviewdb.common.errors import RuleViolation
from reviewdb.common.text import bare_doi

WORKS = "https://api.crossref.org/works/"
SECONDS = 30


def crossref_fetch(doi: str) -> bytes:
    """Return the work's JSON; raises RuleViolation if Crossref does not deliver it."""
    if not doi:
        text = "the review has no DOI: give it with --doi, or a downloaded work with --from FILE"
        raise RuleViolation(text, {"doi": [text]})
    bare = bare_doi(doi)
    if not bare:
        text = f"{doi!r} is not a DOI; give one such as 10.1000/182 with --doi"
        raise RuleViolation(text, {"doi": [text]})
    request = Request(  # noqa: S310 - the address is the constant above
        WORKS + quote(bare, safe="/"), headers={"User-Agent": "ReviewDB/0.1"}
    )
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
            return bytes(answer.read())
    except HTTPError as error:
        reason = "it does not have this DOI" if error.code == 404 else f"it answered {error.code}"
    except (URLError, TimeoutError, OSError, HTTPException) as error:
        reason = str(getattr(error, "reason", error) or type(error).__name__)
    text = (
        f"Crossref gave no work {doi} ({reason}); try later, or give a downloaded work with --from"
    )
    raise RuleViolation(text, {"online": [text]})
