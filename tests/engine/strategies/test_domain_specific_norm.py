"""Domain-specific batch norm: own statistics and scales for each domain, told apart from AdaBN."""

import copy

import pytest
import torch
from torch import nn

from benchmarks.engine.networks.by_domain import ByDomain, asked_about, with_own_norms
from benchmarks.engine.networks.stored import read_predictor, save_predictor
from benchmarks.engine.strategies.domain_specific_norm import mixed_labels
from tests.engine.strategies.fits import fitted, slices, source_weights

SLUG = "domain_specific_norm"


def norms(network):
    return [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]


def test_domains_that_differ_by_a_gain_and_an_offset_look_alike_behind_norms_of_their_own():
    """(a x + b - mean) / (a s) = (x - mean) / s, where batch norm has almost no epsilon."""
    torch.manual_seed(0)
    shared = nn.Sequential(nn.Conv2d(1, 3, 1), nn.BatchNorm2d(3), nn.ReLU(), nn.Conv2d(3, 2, 1))
    pair = ByDomain(source=shared, target=with_own_norms(shared))
    for norm in norms(pair):
        norm.momentum, norm.eps = 1.0, 1e-12  # the statistics of the last batch
    source = torch.randn(8, 1, 16, 16)
    target = 3 * source + 2
    pair.train()
    for side, images in (("source", source), ("target", target)):
        asked_about(pair, side)(images)
    pair.eval()
    wanted = asked_about(pair, "source")(source)
    torch.testing.assert_close(asked_about(pair, "target")(target), wanted, rtol=0, atol=1e-4)
    assert (shared(target) - wanted).abs().max() > 0.5  # with the source's statistics


@pytest.mark.parametrize(("share", "wanted"), [(0.0, 0), (0.4, 0), (0.6, 1), (1.0, 1)])
def test_labels_go_over_from_the_first_network_to_the_own(share, wanted):
    """0.8 against 0.2 for the first class, then 0.2 against 0.8: even at a share of one half."""
    first = torch.tensor([0.8, 0.2]).view(1, 2, 1, 1)
    own = torch.tensor([0.2, 0.8]).log().view(1, 2, 1, 1)
    found = mixed_labels(first, own, share)
    assert found.shape == (1, 1, 1, 1)
    assert found.item() == wanted


def test_domains_share_convolutions_and_have_their_own_batch_norm():
    predictor, _ = fitted(SLUG)
    for (name, ours), theirs in zip(
        predictor.source.named_modules(), predictor.target.modules(), strict=True
    ):
        if isinstance(ours, nn.BatchNorm2d):
            for kind in ("weight", "running_mean", "running_var"):
                assert not torch.equal(getattr(ours, kind), getattr(theirs, kind)), name
        elif not any(ours.children()):
            assert ours is theirs, name


def test_adabn_changes_statistics_alone_and_domain_specific_norm_trains():
    given = source_weights()
    buffers = {name for name in given if "running" in name or "tracked" in name}
    adapted, trained = (fitted(slug)[0].target.state_dict() for slug in ("adabn", SLUG))
    for name in set(given) - buffers:
        assert torch.equal(adapted[name], given[name]), name
    scales = [name for name in given if name.endswith("0.1.weight")]
    assert scales
    assert any(not torch.equal(trained[name], given[name]) for name in scales)


def test_both_sides_start_from_the_source_network():
    """Adam's first step is at most the learning rate, 0.01: labels mean something at once."""
    given = source_weights()
    predictor, _ = fitted(SLUG, iterations=1)
    for side in (predictor.source, predictor.target):
        for name, parameter in side.named_parameters():
            assert (parameter - given[name]).abs().max() < 0.0101, name


def test_without_the_term_only_statistics_differ():
    predictor, _ = fitted(SLUG, trade_off=0.0)
    for ours, theirs in zip(norms(predictor.source), norms(predictor.target), strict=True):
        assert torch.equal(ours.weight, theirs.weight)
        assert torch.equal(ours.bias, theirs.bias)
        assert not torch.equal(ours.running_mean, theirs.running_mean)


def test_test_people_leave_no_trace_and_do_not_change_each_other(tmp_path):
    predictor, _ = fitted(SLUG)
    images, before = slices(9)[0], copy.deepcopy(predictor.state_dict())
    together = predictor(images)
    alone = torch.cat([predictor(image[None]) for image in images])
    torch.testing.assert_close(alone, together)
    assert not getattr(predictor, "adapts_to_each_subject", False)
    for name, tensor in predictor.state_dict().items():
        assert torch.equal(tensor, before[name]), name
    save_predictor(predictor, tmp_path / "predictor")
    again = read_predictor(tmp_path / "predictor")
    for side in ("source", "target"):
        wanted = asked_about(predictor, side)(images)
        assert torch.equal(asked_about(again, side)(images), wanted)
