"""The budget of a fit: until its loss no longer falls. The rule is the same for every strategy.

The losses of ``window`` iterations are averaged. The plateau is reached when the mean of a window
is not at least 1% of the first window's mean below the lowest so far, twice in a row
(``TOLERANCE``, ``PATIENCE``), but not before ``least`` iterations. The tolerance follows the size
that the loss had at first, because losses differ in their units: that of a distillation is a
hundredth of a task's. One relative to the loss as it is now would never be met: few labelled images
are learned by heart, and the loss falls on by a constant share.

From then on the learning rate falls linearly towards zero over a third as many iterations as were
done (``FALL``), and the fit ends. Without a plateau the rate falls in time for the fit to end after
``most`` iterations, and the fit says that it had none.

The loss watched is the task's, where a strategy reports it, because the sum with an adversary's
loss need not fall. The numbers are ours.
"""

from dataclasses import dataclass

TOLERANCE = 0.01
PATIENCE = 2
FALL = 1 / 3


@dataclass(frozen=True)
class Plateau:
    """``most`` and ``least`` iterations of a fit, and the ``window`` of averaged losses.

    With ``window`` 0 the fit has exactly ``most`` iterations at a constant rate.
    """

    most: int
    least: int = 0
    window: int = 0

    def share(self, share: float) -> "Plateau":
        """Return the budget of one phase of a fit; its windows stay as long."""
        most = max(1, round(self.most * share))
        return Plateau(most, min(most, round(self.least * share)), self.window)
