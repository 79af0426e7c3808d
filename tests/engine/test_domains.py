"""Loading a domain: what is refused, what is kept, what is computed again."""

import logging
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.engine.domains import WORLDS, Domain, World, load_domain, site_names, site_profile
from benchmarks.engine.domains.domain import content_digest
from benchmarks.engine.domains.montage import montage
from benchmarks.engine.domains.store import cache_file
from benchmarks.plan.spec import DomainSpec

SPEC = DomainSpec(
    world="simulated",
    site="borealis",
    cohort="glioma",
    contrast="flair",
    region="wt",
    subjects=2,
    first_subject=3,
    image_size=32,
    spacing_mm=6.0,
    slices=3,
    seed=7,
)


def cached_file(cache: Path) -> Path:
    (found,) = cache.rglob("*.npz")
    return found


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Domain, bytes]:
    cache = tmp_path_factory.mktemp("cache")
    return load_domain(SPEC, cache), cached_file(cache).read_bytes()


def test_a_domain_has_the_shape_and_types_that_callers_count_on(
    stored: tuple[Domain, bytes],
) -> None:
    domain, _ = stored
    assert domain.images.shape == domain.labels.shape == (2, 3, 32, 32)
    assert domain.images.dtype == np.float32
    assert domain.labels.dtype == np.uint8
    assert set(np.unique(domain.labels)) == {0, 1}
    assert domain.subjects == ("glioma-0003", "glioma-0004")
    assert domain.pathology.all()
    assert domain.spacing[1:] == (6.0, 6.0)
    assert domain.simulated
    assert domain.images.min() == 0
    for image in domain.images:
        assert image[image > 0].mean() == pytest.approx(1.0, abs=1e-3)


def test_a_fresh_process_computes_the_same_digest(
    stored: tuple[Domain, bytes], tmp_path: Path
) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from benchmarks.engine.domains import load_domain\n"
        "from benchmarks.plan.spec import DomainSpec\n"
        f"print(load_domain({SPEC!r}, Path(sys.argv[1])).digest)"
    )
    child = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout.strip() == stored[0].digest


def test_a_stored_domain_is_read_and_equals_what_was_built(
    stored: tuple[Domain, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = load_domain(SPEC, tmp_path)
    monkeypatch.setitem(WORLDS, "simulated", replace(WORLDS["simulated"], build=refuse_to_build))
    told: list[tuple[int, int, str]] = []
    read = load_domain(SPEC, tmp_path, lambda *news: told.append(news))
    assert read.digest == content_digest(read) == built.digest == stored[0].digest
    assert read.subjects == built.subjects
    assert read.spacing == built.spacing
    assert told == [(2, 2, "read from the cache")]


def refuse_to_build(_spec: DomainSpec, _report: object) -> Domain:
    raise AssertionError("the stored domain should have been read")


def cut_short(content: bytes) -> bytes:
    return content[: len(content) // 2]


def one_byte_changed(content: bytes) -> bytes:
    middle = len(content) // 3
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


def emptied(_content: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [cut_short, one_byte_changed, emptied])
def test_a_damaged_file_is_computed_again_with_a_warning(
    damage: Callable[[bytes], bytes],
    stored: tuple[Domain, bytes],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = tmp_path / "domains" / "simulated" / _name(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(damage(stored[1]))
    with caplog.at_level(logging.WARNING):
        again = load_domain(SPEC, tmp_path)
    assert again.digest == stored[0].digest
    assert "computed again" in caplog.text
    assert path.read_bytes() == stored[1]


def _name(cache: Path) -> str:
    return cache_file(cache, SPEC, WORLDS["simulated"].revision).name


def test_a_digest_that_was_rewritten_does_not_vouch_for_other_contents(
    stored: tuple[Domain, bytes],
) -> None:
    domain, _ = stored
    other = replace(domain, labels=1 - domain.labels)
    assert content_digest(other) != domain.digest


def test_two_at_once_leave_one_whole_file(stored: tuple[Domain, bytes], tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: load_domain(SPEC, tmp_path).digest, range(2)))
    assert both == [stored[0].digest] * 2
    assert [path.suffix for path in cached_file(tmp_path).parent.iterdir()] == [".npz"]
    assert load_domain(SPEC, tmp_path).digest == stored[0].digest


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("world", "real", "simulated"),
        ("site", "atlantis", "aurora"),
        ("site", "partition-23", "partition-22"),
        ("cohort", "cats", "glioma, referred, lesions"),
        ("contrast", "pd", "t1, t1ce, t2, flair"),
        ("region", "skull", "wmh"),
        ("region", "wmh", "it has csf, gm, wm, dgm, ed"),
        ("image_size", 24, "at least 32"),
        ("spacing_mm", 0.0, "between"),
        ("subjects", 0, "at least 1"),
        ("slices", 0, "at least 1"),
    ],
)
def test_what_no_world_can_show_is_refused_by_field_before_any_work(
    field: str, value: Any, says: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=f"^{field}: .*{says}") as refused:
        load_domain(replace(SPEC, **{field: value}), tmp_path)
    assert refused.value.field == field  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []


def test_every_named_site_has_a_profile_that_never_changes() -> None:
    profiles = [site_profile(name) for name in site_names()]
    assert len(profiles) == 22 + 5
    assert len({profile.t1 for profile in profiles}) > 10
    assert [site_profile(name) for name in site_names()] == profiles


def test_a_new_world_needs_one_entry(
    stored: tuple[Domain, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = replace(SPEC, world="shelf")
    shelf = World(
        revision=1, check=lambda _: None, build=lambda spec, _: replace(stored[0], spec=spec)
    )
    monkeypatch.setitem(WORLDS, "shelf", shelf)
    assert load_domain(spec, tmp_path).digest == stored[0].digest
    with pytest.raises(ValueError, match="shelf, simulated"):
        load_domain(replace(SPEC, world="moon"), tmp_path)


def test_the_montage_is_a_picture(stored: tuple[Domain, bytes], tmp_path: Path) -> None:
    picture = montage(stored[0], tmp_path / "look.png", subjects=2, slices=3)
    assert picture.read_bytes().startswith(b"\x89PNG")
