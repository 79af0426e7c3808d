"""Errors of the engine, each a refusal with its reason."""


class EngineError(RuntimeError):
    """A run that cannot start or continue; the message has the remedy."""


class UndeclaredAccessError(EngineError):
    """A strategy read data that its card does not declare."""


class DamagedOutputError(EngineError):
    """A stored output is missing, truncated or changed."""


class MachineFaultError(EngineError):
    """A failure of the machine, not of a step: no space, memory or permission."""
