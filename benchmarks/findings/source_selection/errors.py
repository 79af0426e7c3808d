"""The error of source selection."""


class SelectionError(ValueError):
    """A selection that cannot be made; the message names the task, the reason and the remedy."""

    def __init__(self, task: str, reason: str) -> None:
        self.task, self.reason = task, reason
        super().__init__(f"{task}: {reason}")
