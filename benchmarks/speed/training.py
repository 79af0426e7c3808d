"""Training samples per second, against a plain MONAI script on the same data and network."""

import statistics
import time
from collections.abc import Callable

import torch
from monai.data import CacheDataset, DataLoader
from monai.engines import SupervisedTrainer
from monai.losses import DiceCELoss

from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.running.device import Compute, choose_compute
from benchmarks.engine.strategies.shared.objectives import supervised
from benchmarks.engine.training.trainer import Trainer, TrainingSettings
from benchmarks.plan.profiles import PAPER, QUICK, STANDARD
from benchmarks.plan.spec import Profile
from benchmarks.speed.report import Measurement, Ratio, progress

SLICES = 96
ROUNDS = 3
PEER = "MONAI CacheDataset, DataLoader, SupervisedTrainer, fp32"
RATIO_ON_NATIVE_BF16 = {QUICK.slug: 2.2, STANDARD.slug: 3.0}
RATIO_ON_GPU = 4.0


def measure_training() -> Measurement:
    """Return our samples per second over those of `CacheDataset` + `SupervisedTrainer` in fp32.

    One fit at a time, with all cores; `lanes` measures concurrent fits, as the engine runs them.
    """
    compute = choose_compute()
    profiles = (PAPER,) if compute.device.type == "cuda" else (QUICK, STANDARD)
    ratios = tuple(_against_peer(compute, profile) for profile in profiles)
    sizes = "; ".join(
        f"`{profile.slug}`: width {profile.width}, {profile.image_size} x {profile.image_size}, "
        f"batch {profile.batch}"
        for profile in profiles
    )
    text = (
        f"The U-Net of a profile ({sizes}), Adam; {compute.describe()['name']}, our precision "
        f"{compute.describe()['precision']}; one fit at a time with all cores, median of {ROUNDS} "
        "alternating rounds. The data are random: only the time matters here."
    )
    if _target(compute, profiles[0]) is None:
        text += " This processor has no native bf16, so there is no target: what is measured."
    return Measurement("training", "Training against a plain MONAI script", text, ratios)


def _against_peer(compute: Compute, profile: Profile) -> Ratio:
    images, labels = random_slices(profile)
    ours, theirs = [], []
    for number in range(ROUNDS):  # alternating, so that a drift of the machine's speed affects both
        ours.append(our_rate(compute, profile, images, labels))
        theirs.append(peer_rate(compute, profile, images, labels))
        progress(
            f"  {profile.slug}, {number + 1}: {ours[-1]:.1f} against {theirs[-1]:.1f} samples/s"
        )
    rate, peers = statistics.median(ours), statistics.median(theirs)
    return Ratio(
        name=f"training/{profile.slug}",
        peer=PEER,
        ours=rate,
        theirs=peers,
        unit="samples/s",
        ratio=rate / peers,
        target=_target(compute, profile),
    )


def _target(compute: Compute, profile: Profile) -> float | None:
    if compute.device.type == "cuda":
        return RATIO_ON_GPU
    return RATIO_ON_NATIVE_BF16[profile.slug] if compute.is_mixed else None


def random_slices(profile: Profile) -> tuple[torch.Tensor, torch.Tensor]:
    """Return images and labels of the profile's size, (slices, 1, height, width) each."""
    generator = torch.Generator().manual_seed(0)
    size = (SLICES, 1, profile.image_size, profile.image_size)
    images = torch.randn(size, generator=generator)
    return images, (images > 1).to(torch.uint8)


def _iterations(profile: Profile) -> int:
    epochs = {QUICK.slug: 4, PAPER.slug: 10}  # a GPU takes milliseconds for an iteration of `paper`
    return epochs.get(profile.slug, 1) * (SLICES // profile.batch)


def our_rate(
    compute: Compute, profile: Profile, images: torch.Tensor, labels: torch.Tensor
) -> float:
    """Return the engine's own training rate, samples per second."""
    settings = TrainingSettings(
        seed=0,
        width=profile.width,
        batch=profile.batch,
        iterations=_iterations(profile),
        checkpoints=1,
        learning_rate=profile.learning_rate,
        weight_decay=profile.weight_decay,
    )
    trainer = Trainer(
        compute, settings, UNet, lambda network: {}, lambda done, total, message: None
    )
    network = trainer.new_network()
    on_device = images.to(compute.device, memory_format=torch.channels_last)
    objective = supervised(trainer, network, on_device, labels.to(compute.device), role="bench")
    trainer.optimise(network, objective)
    return trainer.cost.samples / trainer.cost.train_seconds


def peer_rate(
    compute: Compute, profile: Profile, images: torch.Tensor, labels: torch.Tensor
) -> float:
    """Return the training rate of the plain script, samples per second."""
    rows = [{"image": i, "label": label} for i, label in zip(images, labels, strict=True)]
    dataset = CacheDataset(rows, transform=lambda row: row, progress=False)
    loader = DataLoader(dataset, batch_size=profile.batch, shuffle=True, drop_last=True)
    torch.manual_seed(0)
    network = UNet(profile.width).to(compute.device)
    epochs = _iterations(profile) // len(loader)
    trainer = SupervisedTrainer(
        device=compute.device,
        max_epochs=epochs,
        train_data_loader=loader,
        network=network,
        optimizer=torch.optim.Adam(
            network.parameters(), profile.learning_rate, weight_decay=profile.weight_decay
        ),
        loss_function=DiceCELoss(to_onehot_y=True, softmax=True, include_background=False),
    )
    return epochs * len(loader) * profile.batch / seconds_of(compute, trainer.run)


def seconds_of(compute: Compute, work: Callable[[], object]) -> float:
    """Return the wall time of ``work`` in seconds, device synchronised."""
    started = time.perf_counter()
    work()
    if compute.device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - started
