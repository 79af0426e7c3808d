"""The training loop: which network each selection rule keeps."""

import torch

from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.running.device import Compute
from benchmarks.engine.training.trainer import Trainer, TrainingSettings

SETTINGS = TrainingSettings(
    seed=0, width=2, batch=4, iterations=8, checkpoints=4, learning_rate=1e-2, weight_decay=0.0
)


def trainer_that_validates(validate):
    compute = Compute(torch.device("cpu"), torch.float32)
    return Trainer(compute, SETTINGS, UNet, validate, lambda *_: None)


def objective_of(network):
    images = torch.randn(4, 1, 32, 32, generator=torch.Generator().manual_seed(1))
    return lambda: {"loss": network(images).square().mean()}


def test_last_keeps_the_final_weights_whatever_validation_says():
    scores = iter([0.9, 0.5, 0.4, 0.3])
    trainer = trainer_that_validates(lambda network: {"source_validation": next(scores)})
    network = trainer.new_network()
    trainer.optimise(network, objective_of(network))
    assert trainer.best["source_validation"].iteration == 2
    assert trainer.best["last"].iteration == 8
    assert trainer.best["last"].score is None
    kept = trainer.best["last"].predictor.state_dict()
    assert all(torch.equal(kept[name], value) for name, value in network.state_dict().items())


def test_the_first_of_equal_scores_is_kept():
    trainer = trainer_that_validates(lambda network: {"source_validation": 0.0})
    network = trainer.new_network()
    trainer.optimise(network, objective_of(network))
    assert trainer.best["source_validation"].iteration == 2
