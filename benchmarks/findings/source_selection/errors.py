"""What source selection refuses."""


class SelectionError(ValueError):
    """A selection that cannot be made; says for which task, why, and what to do about it."""

    def __init__(self, task: str, reason: str) -> None:
        self.task, self.reason = task, reason
        super().__init__(f"{task}: {reason}")
