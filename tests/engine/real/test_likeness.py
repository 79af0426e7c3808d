"""Near copies are found by their looks; pictures of different people are not."""

import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from benchmarks.engine.domains.real.likeness import (
    NEAR,
    fingerprint_of,
    near_copies,
    same_people,
)
from tests.engine.real.trees import drawing


def compressed(image):
    held = io.BytesIO()
    image.save(held, "JPEG", quality=50)
    return Image.open(held)


CHANGES = {
    "compressed": compressed,
    "half as large": lambda image: image.resize((image.width // 2, image.height // 2)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(0.8),
    "flatter": lambda image: image.point(lambda value: int(value * 0.7)),
    "in a margin": lambda image: Image.fromarray(np.pad(np.asarray(image), 20)),
}


def bits(image):
    return fingerprint_of(np.asarray(image, dtype=np.float32))


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_a_near_copy(change):
    changed = CHANGES[change](Image.fromarray(drawing(1)))
    prints = np.array([bits(drawing(2)), bits(drawing(1)), bits(changed)])
    assert near_copies(prints) == [(1, 2)]


def test_different_drawings_are_no_copies():
    prints = np.array([bits(drawing(seed)) for seed in range(30)])
    assert near_copies(prints) == []


def test_copies_link_their_owners_through_others():
    prints = np.zeros((4, 256), dtype=bool)
    prints[1, :NEAR] = True
    prints[2, : 2 * NEAR] = True  # near the second, not the first
    prints[3] = True
    assert same_people(["a", "b", "c", "d"], prints) == (frozenset("abc"),)


def test_one_owners_own_images_make_no_group():
    prints = np.zeros((3, 256), dtype=bool)
    assert same_people(["a", "a", "a"], prints) == ()
