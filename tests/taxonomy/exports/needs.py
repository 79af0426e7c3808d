"""Marks tests of one export, which go with its file."""

import pytest

from taxonomy.exports.registry import EXPORTS


def needs(*names: str) -> pytest.MarkDecorator:
    """Return the mark that skips a test where one of the exports was taken away."""
    gone = [name for name in names if name not in EXPORTS]
    return pytest.mark.skipif(bool(gone), reason=f"no export {', '.join(gone)}")
