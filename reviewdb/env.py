"""Typed readers of environment variables; a wrong value stops the start with an error naming it."""

import os
import secrets
from pathlib import Path

from reviewdb.hosts.private import close

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


class EnvironmentVariableError(ValueError):
    """A variable holds a value its reader cannot accept."""


def env_str(name: str, default: str) -> str:
    """Return the variable's text, or ``default`` if it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def env_bool(name: str, *, default: bool) -> bool:
    """Return a truth value written as 1/0, true/false, yes/no or on/off."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    value = raw.strip().lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    message = f"{name} must be one of 1, 0, true, false, yes, no, on, off; got {raw!r}"
    raise EnvironmentVariableError(message)


def env_int(name: str, default: int, *, low: int, high: int) -> int:
    """Return a whole number between ``low`` and ``high``, both included."""
    raw = env_str(name, str(default))
    try:
        value = int(raw)
    except ValueError:
        message = f"{name} must be a whole number, got {raw!r}"
        raise EnvironmentVariableError(message) from None
    if not low <= value <= high:
        message = f"{name} must be between {low} and {high}, got {value}"
        raise EnvironmentVariableError(message)
    return value


def env_list(name: str, default: list[str]) -> list[str]:
    """Return the comma-separated values, without blanks around them."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    return [word.strip() for word in raw.split(",") if word.strip()]


def env_path(name: str, default: Path) -> Path:
    """Return an absolute path; ``~`` is expanded."""
    return Path(env_str(name, str(default))).expanduser().resolve()


def env_secret(name: str, fallback_file: Path) -> str:
    """Return the variable's secret, else that of ``fallback_file``, created once with mode 0600."""
    if value := os.environ.get(name, "").strip():
        return value
    if not fallback_file.exists():
        fallback_file.parent.mkdir(parents=True, exist_ok=True)
        draft = fallback_file.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50), encoding="ascii")
        try:
            os.link(draft, fallback_file)  # of two processes that start at once, the first wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    close(fallback_file)
    return fallback_file.read_text(encoding="ascii").strip()
