"""Tiny trees in each data set's true layout: a lopsided brain on coarse grids."""

import csv
import json

import nibabel as nib
import numpy as np
from PIL import Image
from scipy import ndimage

RAS = np.diag([8.0, 8.0, 8.0, 1.0])
RAS[:3, 3] = -96, -112, -80
SHAPE = (25, 29, 20)
MIDDLE = (4.0, -3.0, -4.0)
RADII = (66.0, 82.0, 70.0)
CONTRAST_OF = {"t1": 1.0, "t1ce": 1.4, "t2": 0.7, "flair": 1.2}


def analyze_affine():
    """Return what nibabel makes of an Analyze header: the first axis runs to the left."""
    affine = np.diag([-8.0, 8.0, 8.0, 1.0])
    affine[:3, 3] = 96, -112, -76
    return affine


def world(shape, affine):
    voxels = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    return np.moveaxis(nib.affines.apply_affine(affine, voxels), -1, 0)


def brain_at(shape, affine, scale=1.0):
    """Return a brain brighter to the right, the front and the top, 0 outside."""
    x, y, z = (world(shape, affine).T - MIDDLE).T
    inside = (x / RADII[0]) ** 2 + (y / RADII[1]) ** 2 + (z / RADII[2]) ** 2 < 1
    signal = 100 * scale + 0.5 * x + 0.25 * y + 0.12 * z
    return np.where(inside, signal, 0).astype(np.float32)


def head_at(shape, affine, scale=1.0):
    """Return the brain in a skull, with noise around: nothing is exactly 0."""
    x, y, z = (world(shape, affine).T - MIDDLE).T
    far = np.sqrt((x / RADII[0]) ** 2 + (y / RADII[1]) ** 2 + (z / RADII[2]) ** 2)
    noise = np.random.default_rng(3).uniform(0.5, 2, shape)
    head = np.where(far < 1.17, 60.0, noise)
    return np.where(far < 1, brain_at(shape, affine, scale), head).astype(np.float32)


def nested_at(shape, affine, values):
    """Return nested balls of labels, the first value innermost, right of and behind the middle."""
    x, y, z = (world(shape, affine).T - MIDDLE).T
    far = np.sqrt((x - 25) ** 2 + (y + 20) ** 2 + (z - 5) ** 2)
    labels = np.zeros(shape, dtype=np.int16)
    for value, radius in reversed(list(zip(values, (20, 30, 42), strict=False))):
        labels[far < radius] = value
    return labels


def save(path, values, affine=RAS):
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(values, affine), path)
    return path


def save_analyze(path, values):
    """Write ``.hdr`` and ``.img`` as iSeg comes: Analyze, four axes, the last of length 1."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = nib.AnalyzeImage(values[..., None].astype(np.int16), np.diag([8, 8, 8, 1]))
    nib.save(image, path)
    return path


def table(path, rows, delimiter=","):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def glioma_case(folder, separator, endings, values, affine=RAS, shape=SHAPE):
    for contrast, ending in endings.items():
        image = brain_at(shape, affine, CONTRAST_OF[contrast])
        save(folder / f"{folder.name}{separator}{ending}.nii.gz", image, affine)
    labels = nested_at(shape, affine, values)
    save(folder / f"{folder.name}{separator}seg.nii.gz", labels, affine)


OLD_ENDINGS = {name: name for name in CONTRAST_OF}
NEW_ENDINGS = {"t1": "t1n", "t1ce": "t1c", "t2": "t2w", "flair": "t2f"}
LPS = np.diag([-8.0, -8.0, 8.0, 1.0])
LPS[:3, 3] = 96, 112, -80


def fets2021(base):
    names = [f"FeTS21_Training_{number:03d}" for number in (1, 2, 10)]
    for name in names:
        glioma_case(base / "MICCAI_FeTS2021_TrainingData" / name, "_", OLD_ENDINGS, (1, 4, 2), LPS)
    for file, sites in (("partitioning_1.csv", (1, 1, 2)), ("partitioning_2.csv", (1, 18, 2))):
        rows = [{"Partition_ID": s, "Subject_ID": n} for s, n in zip(sites, names, strict=True)]
        table(base / "MICCAI_FeTS2021_TrainingData" / file, rows)


def brats2021(base):
    for number in (0, 2):
        glioma_case(base / f"BraTS2021_{number:05d}", "_", OLD_ENDINGS, (1, 4, 2), LPS)


def brats2023(base):
    training = base / "ASNR-MICCAI-BraTS2023-GLI-Challenge-TrainingData"
    for name in ("BraTS-GLI-00000-000", "BraTS-GLI-00000-001", "BraTS-GLI-00002-000"):
        glioma_case(training / name, "-", NEW_ENDINGS, (1, 3, 2), LPS)
    unlabelled = base / "ValidationData" / "BraTS-GLI-00001-000"
    save(unlabelled / f"{unlabelled.name}-t1n.nii.gz", brain_at(SHAPE, LPS), LPS)


def iseg2019(base):
    affine = analyze_affine()
    for number in (1, 2, 10):
        for word, scale in (("T1", 1.0), ("T2", 0.7)):
            image = brain_at(SHAPE, affine, scale)
            save_analyze(base / "iSeg-2019-Training" / f"subject-{number}-{word}.hdr", image)
        labels = nested_at(SHAPE, affine, (10, 250, 150))
        save_analyze(base / "iSeg-2019-Training" / f"subject-{number}-label.hdr", labels)
    save_analyze(base / "iSeg-2019-Validation" / "subject-11-T1.hdr", brain_at(SHAPE, affine))


def flair_grid():
    """Return a thick-sliced, oblique grid as of a 2D FLAIR: rows to the left, columns back."""
    turn = np.deg2rad(6)
    tilt = np.array([[1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]])
    affine = np.eye(4)
    affine[:3, :3] = tilt @ np.diag([-6.0, -6.0, 10.0])
    shape = (38, 42, 20)
    affine[:3, 3] = np.array(MIDDLE) - affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    return shape, affine


def wmh2017(base):
    shape, affine = flair_grid()
    for place in (
        "training/Utrecht/0",
        "training/Amsterdam/GE3T/100",
        "test/Utrecht/1",
        "test/Amsterdam/Philips_VU .PETMR_01./160",
    ):
        for kind in ("orig", "pre"):
            for name, scale in (("FLAIR", 1.2), ("T1", 1.0)):
                save(base / place / kind / f"{name}.nii.gz", head_at(shape, affine, scale), affine)
        save(base / place / "orig" / "3DT1.nii.gz", head_at(SHAPE, RAS))
        save(base / place / "wmh.nii.gz", nested_at(shape, affine, (1, 1, 2)), affine)
    other = base / "additional_annotations" / "observer_o3" / "training" / "Utrecht" / "0"
    save(other / "result.nii.gz", nested_at(shape, affine, (1,)), affine)


def msd_brain(base):
    task = base / "Task01_BrainTumour"
    names = ("BRATS_001", "BRATS_002")
    for name in names:
        frames = [brain_at(SHAPE, RAS, s) for s in (1.2, 1.0, 1.4, 0.7)]
        save(task / "imagesTr" / f"{name}.nii.gz", np.stack(frames, axis=-1))
        save(task / "labelsTr" / f"{name}.nii.gz", nested_at(SHAPE, RAS, (2, 3, 1)))
    description = {
        "name": "BRATS",
        "tensorImageSize": "4D",
        "modality": {"0": "FLAIR", "1": "T1w", "2": "t1gd", "3": "T2w"},
        "labels": {
            "0": "background",
            "1": "edema",
            "2": "non-enhancing tumor",
            "3": "enhancing tumour",
        },
        "training": [
            {"image": f"./imagesTr/{name}.nii.gz", "label": f"./labelsTr/{name}.nii.gz"}
            for name in names
        ],
        "test": ["./imagesTs/BRATS_485.nii.gz"],
    }
    (task / "dataset.json").write_text(json.dumps(description), encoding="utf-8")


def bids(base):
    (base / "derivatives" / "manual").mkdir(parents=True)
    (base / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.8.0"}', "utf-8")
    people = []
    for name, session, age, group in (
        ("sub-01", "ses-a/", "34", "control"),
        ("sub-01", "ses-b/", "34", "control"),
        ("sub-02", "", "89+", "stroke"),
    ):
        stem = f"{name}_{session.rstrip('/')}_" if session else f"{name}_"
        raw = base / name / session / "anat"
        made = base / "derivatives" / "manual" / name / session / "anat"
        save(raw / f"{stem}T1w.nii.gz", brain_at(SHAPE, LPS), LPS)
        save(raw / f"{stem}ce-gadolinium_T1w.nii.gz", brain_at(SHAPE, LPS, 1.4), LPS)
        save(raw / f"{stem}FLAIR.nii.gz", brain_at(SHAPE, LPS, 1.2), LPS)
        save(made / f"{stem}dseg.nii.gz", nested_at(SHAPE, LPS, (3, 2, 1)), LPS)
        lesion = nested_at(SHAPE, LPS, (1,)) * (group == "stroke")
        save(made / f"{stem}space-orig_label-L_mask.nii.gz", lesion.astype(np.uint8), LPS)
        brain = brain_at(SHAPE, LPS) > 0
        save(made / f"{stem}desc-brain_mask.nii.gz", brain.astype(np.uint8), LPS)
        people += [{"participant_id": name, "age": age, "sex": "F", "group": group}]
    table(base / "participants.tsv", [people[0], people[2]], delimiter="\t")


def csv_table(base):
    rows = []
    for subject, group, age, site, split in (
        ("a", "CN", "70.5", "Site One", "train"),
        ("b", "AD", "81", "Site One", "train"),
        ("c", "AD", "", "Site Two", "test"),
    ):
        save(base / "volumes" / f"{subject}.nii.gz", brain_at(SHAPE, LPS), LPS)
        row = {"path": f"volumes/{subject}.nii.gz", "subject": subject, "group": group}
        rows.append({**row, "age": age, "sex": "M", "site": site, "split": split})
    table(base / "volumes.csv", rows)


def oasis(base):
    for number in (1000, 1003, 1023):
        save(base / f"{number}_SS.nii.gz", brain_at(SHAPE, LPS), LPS)
        save(base / f"{number}_tissues.nii.gz", nested_at(SHAPE, LPS, (3, 2, 1)), LPS)
        save(base / f"{number}_glm.nii.gz", nested_at(SHAPE, LPS, (48, 60, 4)), LPS)


def ibsr(base):
    for number in (1, 7, 16):
        save(base / f"IBSR_{number:02d}.nii.gz", brain_at(SHAPE, LPS)[..., None], LPS)
        labels = nested_at(SHAPE, LPS, (3, 2, 1))[..., None]
        save(base / f"IBSR_{number:02d}_seg.nii.gz", labels, LPS)


def drawing(seed, size=96):
    """Return a bright ellipse (rows, columns), 0 to 255, with a texture that is the seed's own."""
    rows, columns = np.mgrid[:size, :size] / (size - 1) * 2 - 1
    inside = (rows / 0.9) ** 2 + (columns / 0.75) ** 2 < 1
    noise = np.random.default_rng(seed).normal(size=(size, size))
    texture = sum(ndimage.gaussian_filter(noise, width) * width for width in (2, size / 16))
    texture = (texture - texture.min()) / np.ptp(texture)
    return np.where(inside, 90 + 160 * texture, 0).astype(np.uint8)


def picture(path, values, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path, **options)
    return path


def pictures(base):
    for number, name in enumerate(("no/p1/a.png", "no/p1/b.jpg", "yes/p2/a.png", "yes/p3/a.tif")):
        picture(base / name, drawing(number))


def pictures_csv(base):
    rows = []
    for number, (person, label) in enumerate((("a", "normal"), ("b", "glioma"), ("c", "glioma"))):
        picture(base / f"{person}.png", drawing(10 + number))
        picture(base / f"{person}-mask.png", (drawing(0) > 180).astype(np.uint8) * 255)
        row = {"file": f"{person}.png", "person": person, "label": label, "site": "Site One"}
        rows.append({**row, "age": "40", "mask": f"{person}-mask.png"})
    table(base / "images.csv", rows)


def own_volumes(base):
    rows = []
    for subject, site in (("a", "source"), ("b", "source"), ("c", "target")):
        save(base / f"{subject}.nii.gz", brain_at(SHAPE, LPS), LPS)
        save(base / f"{subject}-mask.nii.gz", nested_at(SHAPE, LPS, (1,)), LPS)
        row = {"path": f"{subject}.nii.gz", "mask": f"{subject}-mask.nii.gz"}
        rows.append({**row, "subject": subject, "site": site})
    table(base / "volumes.csv", rows)


TREES = {
    "fets2021": fets2021,
    "brats2021": brats2021,
    "brats2023": brats2023,
    "iseg2019": iseg2019,
    "wmh2017": wmh2017,
    "msd-brain": msd_brain,
    "bids": bids,
    "csv": csv_table,
    "oasis": oasis,
    "ibsr": ibsr,
    "pictures": pictures,
    "pictures-csv": pictures_csv,
    "own-volumes": own_volumes,
}
