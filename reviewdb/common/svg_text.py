"""Measures text and breaks it into lines, since SVG itself does not wrap."""

from html import escape
from unicodedata import east_asian_width

# Liberation Sans comes with vl-convert and has Arial's widths, so every output breaks alike.
FONTS = "'Liberation Sans', Arial, Helvetica, sans-serif"
KEEP = "\u00a0"  # a space at which no line ends

# Widths in em, rounded up from Arial bold: text measured with them never leaves its box.
_WIDTHS = {
    **dict.fromkeys(KEEP + "ijl|'.,:;!I ", 0.34),
    **dict.fromkeys('frt()[]/-†"', 0.4),
    **dict.fromkeys("mwMW%@", 0.98),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&", 0.78),
    **dict.fromkeys("0123456789=", 0.59),
}
_OTHER_WIDTH = 0.62


def text_width(text: str, size: float) -> float:
    """Return an upper bound of the printed width of ``text`` in pixels."""
    return size * sum(_letter_width(letter) for letter in text)


def _letter_width(letter: str) -> float:
    if east_asian_width(letter) in "WF":
        return 1.0
    return _WIDTHS.get(letter, _OTHER_WIDTH)


def wrap(text: str, *, width: float, size: float) -> list[str]:
    """Return ``text`` in lines that fit; a word longer than a line is broken, KEEP never is."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size) <= width:
            lines[-1] = longer
            continue
        *full, rest = _broken(word, width, size)
        lines += [*full, rest]
    return [line.replace(KEEP, " ") for line in lines if line]


def _broken(word: str, width: float, size: float) -> list[str]:
    parts = [""]
    for letter in word:
        if parts[-1] and text_width(parts[-1] + letter, size) > width:
            parts.append("")
        parts[-1] += letter
    return parts


def svg_escape(text: str) -> str:
    """Return ``text`` safe in an SVG document; XML has no place for control characters."""
    return escape("".join(letter if letter.isprintable() else " " for letter in text))
