"""The brain template that every simulated subject is deformed from.

nilearn ships the ICBM 2009a nonlinear symmetric T1 template with grey and white matter maps (Fonov
et al. 2009; McConnell Brain Imaging Centre), skull-stripped, 1 mm: averages of real brains.
Cerebrospinal fluid is everything inside the brain mask that is neither grey nor white matter.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import nibabel as nib
import numpy as np
from scipy import ndimage

from benchmarks.engine.domains.domain import Flags, Floats

SHAPE_MM = (197, 233, 189)
CENTRE_MM = (98.0, 117.0, 77.0)
"""The centre of the brain's bounding box, about which subjects are scaled and rotated."""
BRAIN_BOTTOM_MM, BRAIN_TOP_MM = 0.0, 154.0
MAPS_MM = 2.0
"""Grid of the distance maps."""
ORIGIN_MM = (98.0, 134.0, 72.0)
"""The anterior commissure, from which the coordinates of nuclei are counted."""
NUCLEI = (
    ((12.0, 12.0, 4.0), (7.0, 12.0, 12.0), 0.0),  # head of the caudate
    ((15.0, 2.0, 18.0), (5.0, 18.0, 7.0), 0.0),  # body of the caudate
    ((26.0, -1.0, 2.0), (7.5, 18.0, 11.0), -0.2),  # putamen and pallidum
    ((11.0, -18.0, 7.0), (10.0, 14.0, 10.0), 0.0),  # thalamus
)
"""Centre and half axes in mm of each deep grey nucleus, at the right and mirrored, and the slope of
x along y. They enclose the grey matter of the nuclei in the template; read off its maps by us."""
NUCLEUS_GREY = 0.35
"""Least grey share inside a nucleus: its own is below the cortex's, whose myelin is less."""
VENTRICLE_DEPTH_MM = 18.0
"""Depth below the mask's surface from which fluid is ventricle, not sulcus or cistern."""


@dataclass(frozen=True)
class Template:
    """Tissue and distance maps; sample them with coordinates in mm of the 1 mm template.

    ``tissue`` is (mask, grey, white) on a grid of ``tissue_mm``. ``maps`` are, on a grid of
    MAPS_MM: depth below the brain's surface and signed distance to the lateral ventricles, in mm,
    and membership of the deep grey nuclei, 0 to 1.
    """

    tissue: Floats
    tissue_mm: float
    maps: Floats


@lru_cache(maxsize=4)
def template_for(spacing_mm: float) -> Template:
    """Return the template smoothed for images of that pixel size; kept in memory."""
    mask, grey, white = _volumes()
    maps = _distance_maps()
    step = float(np.clip(spacing_mm / 2, 1.0, 3.0))
    sigma = 0.35 * max(spacing_mm - 1.0, 0.0)
    tissue = np.stack([_resample(volume, step, sigma) for volume in (mask, grey, white)])
    return Template(tissue=tissue, tissue_mm=step, maps=maps)


@lru_cache(maxsize=1)
def _volumes() -> tuple[Floats, Floats, Floats]:
    folder = _nilearn() / "datasets" / "data"
    t1, grey, white = (_read(folder, name) for name in ("t1", "gm", "wm"))
    mask = _largest(t1 > 0).astype(np.float32)
    return mask, grey * mask, white * mask


def _nilearn() -> Path:
    """Return nilearn's folder without importing it, which would take seconds."""
    found = find_spec("nilearn")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("nilearn is not installed; it ships the template")
    return Path(found.origin).parent


def _read(folder: Path, name: str) -> Floats:
    path = folder / f"mni_icbm152_{name}_tal_nlin_sym_09a_converted.nii.gz"
    stored = nib.Nifti1Image.from_filename(path).dataobj
    return np.asarray(stored).astype(np.float32) / np.float32(255.0)


def _largest(mask: Flags) -> Flags:
    parts, _ = ndimage.label(mask)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.asarray(parts == sizes.argmax())


def _resample(volume: Floats, step: float, sigma: float) -> Floats:
    smooth = ndimage.gaussian_filter(volume, sigma) if sigma > 0 else volume
    if step == 1.0:
        return np.asarray(smooth, dtype=np.float32)
    shape = tuple(int(np.ceil(size / step)) for size in volume.shape)
    scaled = ndimage.affine_transform(smooth, [step] * 3, output_shape=shape, order=1)
    return np.asarray(scaled, dtype=np.float32)


@lru_cache(maxsize=1)
def _distance_maps() -> Floats:
    mask, grey, white = (_resample(volume, MAPS_MM, 0.7) for volume in _volumes())
    inside = _largest(mask > 0.5)
    depth = ndimage.distance_transform_edt(inside) * MAPS_MM
    ventricle = _lateral_ventricles((mask - grey - white > 0.5) & (depth > VENTRICLE_DEPTH_MM))
    outward = ndimage.distance_transform_edt(~ventricle)
    inward = ndimage.distance_transform_edt(ventricle)
    signed = np.where(ventricle, 0.5 - inward, outward - 0.5) * MAPS_MM
    signed = ndimage.gaussian_filter(signed, 0.7)
    return np.stack([depth, signed, _nuclei(grey)]).astype(np.float32)


def _nuclei(grey: Floats) -> Floats:
    """Return the membership of caudate, putamen with pallidum, and thalamus."""
    points = np.indices(grey.shape, dtype=np.float32) * np.float32(MAPS_MM)
    x, y, z = (axis - origin for axis, origin in zip(points, ORIGIN_MM, strict=True))
    inside = np.zeros(grey.shape, dtype=np.bool_)
    for (right, front, up), (across, along, high), slope in NUCLEI:
        middle = right + slope * (y - front)
        off = [(np.abs(x) - middle) / across, (y - front) / along, (z - up) / high]
        inside |= sum(part**2 for part in off) < 1
    return np.asarray(ndimage.gaussian_filter((inside & (grey > NUCLEUS_GREY)) * 1.0, 0.6))


def _lateral_ventricles(fluid: Flags) -> Flags:
    """Return the component of deep fluid with most volume to both sides of the midline."""
    parts, _ = ndimage.label(fluid)
    x, _, z = np.indices(fluid.shape) * MAPS_MM
    lateral = (np.abs(x - CENTRE_MM[0]) > 8) & (z > 74) & (z < 98)
    sizes = np.bincount(parts[lateral & fluid], minlength=parts.max() + 1)
    sizes[0] = 0
    return np.asarray(parts == sizes.argmax())
