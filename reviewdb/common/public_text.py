"""Removes host paths, tracebacks and secrets from text that anybody may read. Pure."""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any

TRACEBACK = re.compile(r"Traceback \(most recent call last\):\n(?:[ \t]+.*(?:\n|$))*")
QUOTED_PATH = re.compile(r"(['\"])((?:/|[A-Za-z]:\\)[^'\"\n]*)\1")
BARE_PATH = re.compile(r"(?<![\w/:.~<-])(?:/[^\s/'\"<>|:,;()\[\]]+){2,}/?")
WINDOWS_PATH = re.compile(r"\b[A-Za-z]:\\[^\s'\"<>|:,;()\[\]]+")
SECRET = re.compile(r"\b(\w*(?:KEY|SECRET|TOKEN|PASSWORD|CREDENTIALS?)\w*)=\S+", re.IGNORECASE)
ACCOUNT = re.compile(r"(?<=://)[^\s/@]+@")


def public_text(text: str, roots: Iterable[str] = ()) -> str:
    """Return the text without anything about the host.

    A path below one of ``roots`` becomes relative to it, any other is cut to its last part. A
    traceback is cut to the error itself. Values of secrets and accounts in addresses are removed.
    """
    text = TRACEBACK.sub("", text).replace("file:///", "/")
    for root in sorted(filter(None, roots), key=len, reverse=True):
        text = re.sub(re.escape(root.rstrip("/")) + r"(?:/|(?=[\s'\",;:)]|$))", "", text)
    text = QUOTED_PATH.sub(lambda found: f"{found[1]}{_last_part(found[2])}{found[1]}", text)
    text = BARE_PATH.sub(lambda found: _last_part(found[0]), text)
    text = WINDOWS_PATH.sub(lambda found: _last_part(found[0]), text)
    return ACCOUNT.sub("", SECRET.sub(r"\1=…", text))


def public_value(value: Any, roots: Iterable[str] = ()) -> Any:
    """Return JSON with each of its texts made public; keys and numbers stay."""
    if isinstance(value, str):
        return public_text(value, roots)
    if isinstance(value, Mapping):
        return {key: public_value(inner, roots) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [public_value(inner, roots) for inner in value]
    return value


def _last_part(path: str) -> str:
    return PurePath(path.replace("\\", "/")).name
