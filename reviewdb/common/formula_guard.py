"""Text that a spreadsheet would run as a formula, guarded in CSV files and given back when read.

A guarded cell has one apostrophe in front, as OWASP advises. Text is guarded where it is dangerous
once all apostrophes at its start are passed over: ``=1+1`` becomes ``'=1+1`` and ``'=1+1`` becomes
``''=1+1``. So ``unguarded(guarded(text)) == text`` for every text, and all other text, such as
``'t Hooft``, is left alone in both directions. A spreadsheet must split the file at commas.
"""

import re
import unicodedata

# Excel, LibreOffice and Google Sheets read the full-width signs as their ASCII twins; | and %
# start commands in older spreadsheets.
SIGNS = frozenset("=+-@|%\uff1d\uff0b\uff0d\uff20\uff5c\uff05\ufe62\ufe63\ufe66\ufe6b\ufe6a")
LINE_STARTS = ("\t", "\r", "\n")
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?", re.ASCII)


def guarded(text: str) -> str:
    """Return ``text`` as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _is_dangerous(text.lstrip("'")) else text


def unguarded(cell: str) -> str:
    """Return the text that ``guarded`` was given; other cells as they are."""
    is_guarded = cell.startswith("'") and _is_dangerous(cell.lstrip("'"))
    return cell[1:] if is_guarded else cell


def _is_dangerous(text: str) -> bool:
    """Return whether a spreadsheet could compute ``text``; plain numbers are only numbers."""
    if text.startswith(LINE_STARTS):
        return True
    seen = next((letter for letter in text if not _is_invisible(letter)), "")
    return seen in SIGNS and not PLAIN_NUMBER.fullmatch(text)


def _is_invisible(letter: str) -> bool:
    """Return whether an import may drop the letter: blanks, controls, byte order marks."""
    return letter.isspace() or unicodedata.category(letter) in {"Cc", "Cf"}
