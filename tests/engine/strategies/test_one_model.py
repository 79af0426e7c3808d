"""Low-rank additions and a foundation encoder: what is new in them, against known answers."""

import hashlib
from functools import partial

import pytest
import torch
from torch import nn

from benchmarks.engine.errors import EngineError
from benchmarks.engine.networks import foundation
from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.networks.foundation import (
    TRAINED_GRID,
    VARIABLE,
    Attention,
    Block,
    VisionTransformer,
    foundation_encoder,
)
from benchmarks.engine.networks.foundation_readout import FoundationReadout
from benchmarks.engine.networks.low_rank import LowRank, convolutions
from tests.engine.strategies.fits import fitted, random, slices, source_weights

PUBLISHED_BYTES = 88_283_115


def adapted(rank):
    network = UNet(2).eval()
    names = convolutions(network, [network.encoder, network.upsample, network.decoder])
    return network, LowRank(network, names, rank).eval()


def test_low_rank_additions_start_at_the_network_that_they_were_given():
    network, low = adapted(rank=2)
    images = slices(0)[0]
    assert torch.equal(low(images), network(images))


def test_a_low_rank_addition_is_a_product_of_two_matrices():
    network, low = adapted(rank=1)
    first = low.layers[0]
    low.up[0].data = torch.tensor([[2.0], [-1.0]])
    low.down[0].data = torch.arange(9.0)[None]
    added = low.weights()[f"{first}.weight"] - network.get_parameter(f"{first}.weight")
    wanted = torch.stack([2 * torch.arange(9.0), -torch.arange(9.0)]).view(2, 1, 3, 3)
    assert torch.allclose(added, wanted, atol=1e-6)


def test_every_convolution_but_the_head_is_adapted():
    _, low = adapted(rank=3)
    # 9 blocks of two convolutions, and 4 transposed ones.
    assert len(low.layers) == 22
    assert "head" not in low.layers


def test_training_adds_at_most_its_rank_and_keeps_the_source():
    before = source_weights()
    low = fitted("lora", rank=1)[0]
    inner = low.network.state_dict()
    kept = [name for name in before if not name.startswith("head")]
    assert all(torch.equal(inner[name], before[name]) for name in kept)
    assert not torch.equal(inner["head.weight"], before["head.weight"])
    for name, weight in low.weights().items():
        change = (weight - before[name]).flatten(1).detach()
        values = torch.linalg.svdvals(change)
        assert values[0] > 0
        assert (values[1:] < 1e-5 * values[0] + 1e-7).all()  # rounding of float32


def test_only_the_additions_and_the_head_are_trained():
    low = fitted("lora", rank=1)[0]
    trained = {name for name, p in low.named_parameters() if p.requires_grad}
    assert {name.partition(".")[0] for name in trained} == {"up", "down", "network"}
    own = {name for name in trained if name.startswith("network")}
    assert own == {"network.head.weight", "network.head.bias"}


def test_attention_and_blocks_are_those_of_torchs_encoder():
    """A layer of torch's, normalised first; its last matrices are scaled where ours are after."""
    block = Block(8, 2).double()
    for parameter in block.parameters():
        parameter.data = random(*parameter.shape).double()
    reference = nn.TransformerEncoderLayer(
        8, 2, 32, dropout=0.0, activation="gelu", layer_norm_eps=1e-6, batch_first=True,
        norm_first=True,
    ).double()  # fmt: skip
    theirs = {
        "self_attn.in_proj_weight": block.attn.qkv.weight,
        "self_attn.in_proj_bias": block.attn.qkv.bias,
        "self_attn.out_proj.weight": block.ls1.gamma[:, None] * block.attn.proj.weight,
        "self_attn.out_proj.bias": block.ls1.gamma * block.attn.proj.bias,
        "linear1.weight": block.mlp["fc1"].weight,
        "linear1.bias": block.mlp["fc1"].bias,
        "linear2.weight": block.ls2.gamma[:, None] * block.mlp["fc2"].weight,
        "linear2.bias": block.ls2.gamma * block.mlp["fc2"].bias,
        "norm1.weight": block.norm1.weight,
        "norm1.bias": block.norm1.bias,
        "norm2.weight": block.norm2.weight,
        "norm2.bias": block.norm2.bias,
    }
    reference.load_state_dict(theirs)
    tokens = random(2, 5, 8).double()
    torch.testing.assert_close(block(tokens), reference(tokens))


def test_equal_tokens_attend_to_equal_tokens():
    tokens = torch.ones(1, 4, 8)
    found = Attention(8, 2)(tokens)
    assert torch.allclose(found, found[:, :1].expand_as(found), atol=1e-6)


def test_the_encoder_has_the_numbers_of_the_published_file():
    """ViT-S/14 has 22,056,576 numbers in 175 tensors; the file holds 4 bytes of each, and names."""
    with torch.device("meta"):
        state = VisionTransformer().state_dict()
    numbers = sum(tensor.numel() for tensor in state.values())
    assert (len(state), numbers) == (175, 22_056_576)
    assert 4 * numbers < PUBLISHED_BYTES < 4.01 * numbers
    assert {"blocks.11.attn.qkv.bias", "blocks.0.ls1.gamma", "patch_embed.proj.weight"} <= set(
        state
    )


def test_the_grid_of_training_has_its_own_positions():
    encoder = VisionTransformer(depth=0)
    encoder.pos_embed.data = random(*encoder.pos_embed.shape)
    assert encoder._positions(TRAINED_GRID, TRAINED_GRID) is encoder.pos_embed
    smaller = encoder._positions(2, 3)
    assert smaller.shape == (1, 7, 384)
    assert torch.equal(smaller[:, 0], encoder.pos_embed[:, 0])


def test_without_a_file_the_reason_names_the_variable_and_where_the_weights_are(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(EngineError, match=rf"facebookresearch/dinov2.*{VARIABLE}"):
        foundation_encoder("0" * 64, torch.device("cpu"))


def test_only_the_file_that_the_plan_names_is_read(monkeypatch, tmp_path):
    monkeypatch.setattr(foundation, "VisionTransformer", partial(VisionTransformer, 1))
    path = tmp_path / "weights.pth"
    torch.save(VisionTransformer(1).state_dict(), path)
    monkeypatch.setenv(VARIABLE, str(path))
    encoder = foundation_encoder(hashlib.sha256(path.read_bytes()).hexdigest(), torch.device("cpu"))
    assert not any(p.requires_grad for p in encoder.parameters())
    with pytest.raises(EngineError, match="the plan asks for ffff"):
        foundation_encoder("f" * 64, torch.device("cpu"))


@pytest.mark.parametrize(("are_maps", "shape"), [(True, (2, 2, 32, 32)), (False, (2, 2, 1, 1))])
def test_a_readout_answers_each_pixel_or_each_slice(are_maps, shape):
    readout = FoundationReadout("", 2, 4, are_maps=are_maps, features=384).eval()
    assert readout(slices(0, count=2)[0]).shape == shape


def test_a_stored_readout_holds_its_own_layer_and_not_the_encoder():
    readout = fitted("foundation_encoder")[0]
    assert {name.partition(".")[0] for name in readout.state_dict()} == {"head"}
