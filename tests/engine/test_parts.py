"""Network, losses, metrics, statistics and store, each against what is known."""

import numpy as np
import pytest
import torch

from benchmarks.engine.errors import DamagedOutputError, EngineError
from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.reporting.statistics import (
    holm,
    verdict,
)
from benchmarks.engine.running.store import Store, write_outputs
from benchmarks.engine.tasks.metrics import mean_dice, segmentation_scores
from benchmarks.engine.training.losses import coral_loss


def test_the_u_net_has_five_blocks_of_which_the_last_is_the_bottleneck():
    network = UNet(width=4).eval()
    encoded = network.encode(torch.zeros(1, 1, 48, 32))
    assert [tuple(e.shape[1:]) for e in encoded] == [
        (4, 48, 32), (8, 24, 16), (16, 12, 8), (32, 6, 4), (64, 3, 2),
    ]  # fmt: skip
    assert network(torch.zeros(1, 1, 48, 32)).shape == (1, 2, 48, 32)


def test_240_pixels_halve_four_times():
    assert UNet(width=2).eval()(torch.zeros(1, 1, 240, 240)).shape == (1, 2, 240, 240)


def test_coral_is_the_squared_gap_of_covariances_over_4_d_squared():
    generator = np.random.default_rng(0)
    source, target = generator.normal(size=(50, 3)), 2 * generator.normal(size=(40, 3))
    gap = np.cov(source, rowvar=False) - np.cov(target, rowvar=False)
    expected = (gap**2).sum() / (4 * 3**2)
    found = coral_loss(torch.from_numpy(source), torch.from_numpy(target))
    assert float(found) == pytest.approx(expected, rel=1e-12)
    assert float(coral_loss(torch.from_numpy(source), torch.from_numpy(source))) == 0


def volume(*voxels):
    empty = torch.zeros(3, 8, 8, dtype=torch.bool)
    for voxel in voxels:
        empty[voxel] = True
    return empty


def test_scores_of_a_moved_region():
    spacing = (4.0, 1.0, 1.0)
    one = volume((1, 2, 2))
    assert segmentation_scores(one, one, spacing) == {"dice": 1.0, "nsd": 1.0, "hd95": 0.0}
    moved = segmentation_scores(volume((1, 2, 5)), one, spacing)
    assert moved == {"dice": 0.0, "nsd": 0.0, "hd95": pytest.approx(3.0)}
    lifted = segmentation_scores(volume((2, 2, 2)), one, spacing)
    assert lifted["hd95"] == pytest.approx(4.0)  # one slice up is 4 mm


def test_mean_dice_is_taken_over_subjects():
    one, other = volume((1, 2, 2)), volume((1, 2, 2), (1, 2, 3))
    assert mean_dice(torch.stack([one, one]), torch.stack([one, other])) == pytest.approx(5 / 6)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])


def test_those_who_did_not_run_count_as_one_in_holms_family():
    assert holm([0.01, 0.02], compared=10) == pytest.approx([0.1, 0.18])
    assert holm([0.01, 0.02, *[1.0] * 8])[:2] == pytest.approx([0.1, 0.18])


def test_a_difference_inside_the_noise_reads_as_no_difference():
    assert verdict(0.3, 0.01, 0.05) == "gain"
    assert verdict(-0.3, 0.01, 0.05) == "negative_transfer"
    assert verdict(0.3, 0.2, 0.05) == "no_difference"


def test_a_draft_that_breaks_leaves_nothing_behind(tmp_path):
    store = Store(tmp_path)
    address = "ab" * 32

    def write_half():
        with store.draft(address) as folder:
            (folder / "half").write_text("x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert not store.has(address)
    assert list((tmp_path / "drafts").iterdir()) == []


def test_a_changed_file_is_noticed_by_the_next_process(tmp_path):
    address = "cd" * 32
    store = Store(tmp_path)
    with store.draft(address) as folder:
        (folder / "weights").write_bytes(b"1234")
        write_outputs(folder, {"x": 1})
    assert Store(tmp_path).outputs(address) == {"x": 1}
    (store.folder(address) / "weights").write_bytes(b"1235")
    with pytest.raises(DamagedOutputError, match="weights"):
        Store(tmp_path).has(address)


@pytest.mark.parametrize("name", ["cuda:99", "tpu", "cuda:x"])
def test_a_device_that_is_not_there_is_refused_with_what_there_is(name):
    from benchmarks.engine.running.device import choose_compute

    with pytest.raises(EngineError, match=r"cpu"):
        choose_compute(name)
