"""Predictors are kept as numbers and a recipe: reading one runs no code of the file."""

import json
import os
import pickle

import pytest
import skops.io
import torch
from safetensors.torch import save_file
from sklearn.preprocessing import FunctionTransformer
from torch import nn

from benchmarks.engine.errors import DamagedOutputError
from benchmarks.engine.methods.features.frozen_features import PixelClassifier
from benchmarks.engine.networks.backbones import Classifier, UNet
from benchmarks.engine.networks.efficientnet import NaturalClassifier, NaturalUNet
from benchmarks.engine.networks.mixtures import Mixture
from benchmarks.engine.networks.stored import read_predictor, save_predictor
from benchmarks.engine.networks.translated import IntensityMap, PatchMap, Translated


class Malicious:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)


def two_maps():
    known = torch.linspace(0, 1, 18).view(2, 9)
    patches = Translated(PatchMap(known, torch.tensor([0.1, 0.2]), adds=True), UNet(2))
    curve = IntensityMap(torch.tensor([0.0, 1.0]), torch.tensor([0.5, 2.0]))
    return Mixture([patches, Translated(curve, UNet(3, inputs=1, outputs=2))])


@pytest.mark.parametrize(
    "make",
    [
        lambda: UNet(4),
        lambda: UNet(2, outputs=1),
        lambda: Classifier(4, outputs=1),
        lambda: NaturalUNet(4),
        lambda: NaturalClassifier(outputs=1),
        two_maps,
    ],
)
def test_what_is_read_answers_as_what_was_kept(make, tmp_path):
    module = make().to(memory_format=torch.channels_last).eval()
    images = torch.randn(2, 1, 32, 32).contiguous(memory_format=torch.channels_last)
    before = torch.random.get_rng_state()
    save_predictor(module, tmp_path / "kept")
    again = read_predictor(tmp_path / "kept")
    assert torch.equal(torch.random.get_rng_state(), before)
    assert type(again) is type(module)
    with torch.inference_mode():
        assert torch.equal(again(images), module(images))


def test_a_pickle_in_place_of_a_predictor_is_refused_and_runs_nothing(tmp_path):
    mark = tmp_path / "ran"
    for write in (
        lambda path: path.write_bytes(pickle.dumps(Malicious(mark))),
        lambda path: torch.save(Malicious(mark), path),
    ):
        write(tmp_path / "kept")
        with pytest.raises(DamagedOutputError, match="kept is no stored predictor"):
            read_predictor(tmp_path / "kept")
    assert not mark.exists()


@pytest.mark.parametrize(
    "builder",
    [
        "os:system",
        "subprocess:Popen",
        "torch.nn:Linear",
        "benchmarks.engine.networks.stored:import_module",
        "benchmarks.engine.networks.stored:nothing",
    ],
)
def test_a_recipe_that_names_no_builder_of_ours_is_refused(builder, tmp_path):
    recipe = json.dumps({"builder": builder, "arguments": {"command": "id"}})
    save_file({"x": torch.zeros(1)}, tmp_path / "kept", metadata={"recipe": recipe})
    with pytest.raises(DamagedOutputError, match="builds no predictor"):
        read_predictor(tmp_path / "kept")


def test_a_stored_model_with_a_type_that_is_not_trusted_is_refused(tmp_path):
    model = PixelClassifier(UNet(2), FunctionTransformer(os.system), *torch.zeros(2, 2).numpy())
    save_predictor(model, tmp_path / "kept")
    with pytest.raises(DamagedOutputError, match="which is not trusted"):
        read_predictor(tmp_path / "kept")
    assert skops.io.get_untrusted_types(data=skops.io.dumps(model.estimator))


def test_what_cannot_be_built_again_is_refused_when_it_is_kept(tmp_path):
    with pytest.raises(TypeError, match="Linear cannot be stored: let it be Buildable"):
        save_predictor(nn.Linear(2, 2), tmp_path / "kept")
