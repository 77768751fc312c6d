"""What a finished run says on the terminal."""

from __future__ import annotations

from pathlib import Path

from lstm_vae.run import record
from lstm_vae.run.folder import RunFolder
from lstm_vae.run.record import Record


def print_summary(path: Path) -> None:
    """Prints a finished run's losses and where its files are."""
    folder = RunFolder(path)
    account = record.read(folder.record)
    short_path = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    print(
        f"\nDone: {account.provenance['epochs']} epochs, {account.provenance['parameters']:,} parameters, "
        f"{account.provenance['images_per_second']:,.0f} images/s"
    )
    print_metrics(account.metrics)
    hint = _faster(account)
    if hint is not None:
        print(hint)
    print(f"Record, history, model and figures: {short_path}")


def _faster(account: Record) -> str | None:
    """What would train faster here; None where nothing is known to."""
    plain = account.config.get("training", {}).get("precision") == "float32"
    if not plain or account.provenance.get("gpus") or not account.provenance.get("bfloat16_products"):
        return None
    return "This CPU multiplies in bfloat16: training.precision=mixed_bfloat16 is faster here, and as good"


def print_metrics(metrics: dict[str, float | int]) -> None:
    """Prints losses in nats per image, a row a split."""
    print("               BCE + KL        BCE      KL   (nats per image)")
    for split in ("val", "test"):
        loss, bce, kl = (metrics[f"{split}_{name}"] for name in ("loss", "bce", "kl"))
        name = "validation" if split == "val" else "test"
        print(f"  {name:<11} {loss:9.2f}  {bce:9.2f}  {kl:6.2f}")
    if "test_nll" in metrics:
        print(
            f"  test NLL    {metrics['test_nll']:9.2f}   ({metrics['nll_samples']} importance samples, "
            f"{metrics['nll_images']:,} images)"
        )
    if "test_nll_exact" in metrics:
        print(
            f"  exact NLL   {metrics['test_nll_exact']:9.2f}   (by quadrature, all test images; the encoder "
            f"loses {metrics['inference_gap']:.2f})"
        )
    print(f"  active units {metrics['active_units']:8}")
    if metrics["active_units"] == 0:
        print("  The posterior has collapsed: the latents say nothing; see training.kl_warmup_epochs")
    if "best_epoch" in metrics:
        print(f"  best epoch  {metrics['best_epoch']:9}   (validation {metrics['best_val_loss']:.2f})")
