"""Signal of each tissue: relaxation times, contrast agent, and the signal equations.

Times in ms, proton density relative to fluid, concentrations in mmol/l.

Sources. Grey and white matter at 1.5 T and their proton densities: the tissue parameters of
BrainWeb's simulator (Kwan, Evans and Pike 1999), as others quote them. T1 at 3 T: Wansapura et al.
1999, from memory. T2 falls as the field rises, as Gelman et al. 1999 found at 3 T, from memory: a
tenth shorter in all tissue, and a fifth in the deep nuclei, which hold iron. The amounts are ours.
Fluid: the order of magnitude commonly used for free fluid at body temperature, from memory
(BrainWeb uses 2569/329 ms instead); the field changes it little.
Deep grey matter (its T1 a tenth below the cortex's), hyperintensity, oedema, enhancing tumour and
necrosis: chosen by us so that contrasts rank as in clinical images; they are not measurements. T2*
is taken as a fixed share of T2, which only scales MPRAGE images.

Contrast agent. T1 was measured to fall by 838 +- 210 ms in enhancing glioblastoma, 123 +- 74 ms in
oedema and 32 +- 35 ms in normal tissue ("Quantitative T1 mapping indicates tumor infiltration
beyond the enhancing part of glioblastomas", Frankfurt 2020, 33 patients), at 3 T. With R1 = 1/T1 +
r1 C and the 3 T times below, those falls need about 0.11, 0.013 and 0.004 mmol/l; the rim has 0.18
on average, which makes it fall by about 1060 ms, one of their standard deviations more, since a rim
two pixels wide is averaged with its dark core. The relaxivities are those of gadobutrol in plasma
(Rohrer et al. 2005, from memory): 5.2 and 5.0 per s and mmol/l at 1.5 and 3 T.
"""

import math
from dataclasses import dataclass

import numpy as np

from benchmarks.engine.domains.domain import Floats
from benchmarks.engine.domains.tissues import CSF, ENHANCING, NECROSIS, OEDEMA, TISSUES

# CSF, grey, white, hyperintensity, oedema, enhancing, necrosis, deep grey
T1_MS = {
    1.5: (4300.0, 833.0, 500.0, 1050.0, 1150.0, 1300.0, 1700.0, 750.0),
    3.0: (4500.0, 1331.0, 832.0, 1350.0, 1450.0, 1750.0, 2300.0, 1190.0),
}
T2_MS = {
    1.5: (1500.0, 83.0, 70.0, 140.0, 160.0, 125.0, 230.0, 75.0),
    3.0: (1400.0, 75.0, 63.0, 126.0, 144.0, 112.0, 207.0, 60.0),
}
PROTON_DENSITY = (1.00, 0.86, 0.77, 0.82, 0.90, 0.91, 0.95, 0.84)
T2_STAR_SHARE = 0.6
RELAXIVITY_PER_S_MM = {1.5: 5.2, 3.0: 5.0}
AGENT_IN_OEDEMA_MM, AGENT_IN_TISSUE_MM, AGENT_IN_NECROSIS_MM = 0.013, 0.004, 0.01


@dataclass(frozen=True)
class Sequence:
    """Times of one pulse sequence, in ms; without ``ti`` it is a spin echo.

    ``gradient`` marks an echo that decays with T2* (MPRAGE) and not with T2 (FLAIR).
    """

    tr: float
    te: float
    ti: float | None = None
    gradient: bool = False


def fluid_nulled(tr: float, te: float, tesla: float) -> Sequence:
    """Return the FLAIR with those times whose inversion time leaves no signal of fluid.

    That is TI = T1 ln(2 / (1 + exp(-TR / T1))) for the T1 of fluid at that field strength.
    """
    t1 = T1_MS[tesla][CSF]
    return Sequence(tr=tr, te=te, ti=t1 * math.log(2 / (1 + math.exp(-tr / t1))))


def tissue_signals(
    sequence: Sequence, tesla: float, scale: Floats, agent_mm: float | None = None
) -> Floats:
    """Return the signal of each tissue: (tissues,).

    ``scale`` (2, tissues) multiplies T1 and T2; ``agent_mm`` is the concentration of contrast
    agent in enhancing tumour, None before it is given.
    """
    t1 = np.array(T1_MS[tesla]) * scale[0]
    t2 = np.array(T2_MS[tesla]) * scale[1]
    if agent_mm is not None:
        t1 = 1 / (1 / t1 + RELAXIVITY_PER_S_MM[tesla] / 1000 * _agent(agent_mm))
    density = np.array(PROTON_DENSITY)
    recovered = _recovered(sequence, t1)
    decay = np.exp(-sequence.te / (t2 * T2_STAR_SHARE if sequence.gradient else t2))
    return np.asarray(density * recovered * decay, dtype=np.float32)


def _recovered(sequence: Sequence, t1: Floats) -> Floats:
    relaxed = np.exp(-sequence.tr / t1)
    if sequence.ti is None:
        return np.asarray(1 - relaxed)
    return np.abs(1 - 2 * np.exp(-sequence.ti / t1) + relaxed)


def _agent(enhancing_mm: float) -> Floats:
    agent = np.full(TISSUES, AGENT_IN_TISSUE_MM)
    agent[CSF] = 0.0
    agent[OEDEMA] = AGENT_IN_OEDEMA_MM
    agent[NECROSIS] = AGENT_IN_NECROSIS_MM
    agent[ENHANCING] = enhancing_mm
    return agent
