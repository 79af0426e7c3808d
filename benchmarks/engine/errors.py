"""What the engine refuses."""


class EngineError(RuntimeError):
    """A run that cannot start or go on, with the remedy in its message."""


class UndeclaredAccessError(EngineError):
    """A strategy touched data that its card does not declare."""


class DamagedOutputError(EngineError):
    """A stored output is missing, truncated or changed."""


class MachineFaultError(EngineError):
    """The machine failed the run: no space, no memory, no permission; no step is to blame."""
