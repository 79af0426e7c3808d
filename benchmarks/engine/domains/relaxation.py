"""Signal of each tissue: relaxation times, contrast agent, and the signal equations.

Times in ms, proton density relative to fluid, concentrations in mmol/l.

Sources. Grey and white matter at 1.5 T and their proton densities: the tissue parameters of
BrainWeb's simulator (Kwan, Evans and Pike 1999), as others quote them. At 3 T: Wansapura et al.
1999, from memory. Fluid: the order of magnitude commonly used for free fluid at body temperature,
from memory (BrainWeb uses 2569/329 ms instead).
Hyperintensity, oedema, enhancing tumour and necrosis: chosen by us between white matter and fluid
so that contrasts rank as in clinical images; they are not measurements. T2* is taken as a fixed
share of T2, which only scales MPRAGE images.

Contrast agent. T1 was measured to fall by 838 +- 210 ms in enhancing glioblastoma, 123 +- 74 ms in
oedema and 32 +- 35 ms in normal tissue ("Quantitative T1 mapping indicates tumor infiltration
beyond the enhancing part of glioblastomas", Frankfurt 2020, 33 patients). With R1 = 1/T1 + r1 C,
r1 = 4.5 per s and mmol/l (a usual value for gadolinium chelates, from memory of the literature) and
the 3 T times below, those falls need about 0.12, 0.014 and 0.004 mmol/l.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.engine.domains.domain import Floats
from benchmarks.engine.domains.tissues import CSF, ENHANCING, NECROSIS, OEDEMA, TISSUES

# CSF, grey, white, hyperintensity, oedema, enhancing, necrosis
T1_MS = {
    1.5: (4200.0, 833.0, 500.0, 1050.0, 1150.0, 1300.0, 1700.0),
    3.0: (4300.0, 1331.0, 832.0, 1350.0, 1450.0, 1750.0, 2300.0),
}
T2_MS = {
    1.5: (1500.0, 83.0, 70.0, 140.0, 160.0, 125.0, 230.0),
    3.0: (1500.0, 110.0, 80.0, 145.0, 165.0, 125.0, 220.0),
}
PROTON_DENSITY = (1.00, 0.86, 0.77, 0.82, 0.90, 0.91, 0.95)
T2_STAR_SHARE = 0.6
RELAXIVITY_PER_S_MM = 4.5
AGENT_IN_OEDEMA_MM, AGENT_IN_TISSUE_MM, AGENT_IN_NECROSIS_MM = 0.014, 0.004, 0.01


@dataclass(frozen=True)
class Sequence:
    """Times of one pulse sequence, in ms; without ``ti`` it is a spin echo.

    ``gradient`` marks an echo that decays with T2* (MPRAGE) and not with T2 (FLAIR).
    """

    tr: float
    te: float
    ti: float | None = None
    gradient: bool = False


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
        t1 = 1 / (1 / t1 + RELAXIVITY_PER_S_MM / 1000 * _agent(agent_mm))
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
