"""What a run was made with: code, packages, machine."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}
PACKAGES = ("lstm-vae", "tensorflow", "keras", "numpy", "hydra-core", "omegaconf", "optuna", "pandas")


def software() -> dict[str, Any]:
    """Versions of Python and packages, and the commit of the checkout this code runs from, if any."""
    commit, dirty = _git()
    versions = {f"{name}_version": _version(name) for name in PACKAGES}
    return {
        "git_commit": commit,
        "git_dirty": dirty,
        "python_version": platform.python_version(),
        **{name.replace("-", "_"): version for name, version in versions.items()},
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _git() -> tuple[str | None, bool | None]:
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return None, None
    commit = _git_says(folder, "rev-parse", "HEAD")
    status = _git_says(folder, "status", "--porcelain", "--untracked-files=normal")
    return commit, None if status is None else bool(status)


def _git_says(folder: Path, *command: str) -> str | None:
    try:
        result = subprocess.run(
            ["git", "-C", str(folder), *command], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout.strip()


def hardware() -> dict[str, Any]:
    """Processor, cores this process may use, memory, and the GPUs TensorFlow sees (it must be imported)."""
    import tensorflow as tf

    processor = _cpuinfo()
    gpus = tf.config.list_physical_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in gpus]
    return {
        "hostname": platform.node(),
        "platform": platform.platform(terse=True),
        "processor": processor.get("model name") or platform.processor() or platform.machine(),
        "bfloat16_products": _multiplies_in_bfloat16(processor.get("flags")),
        "cores": available_cores(),
        "memory_gib": _memory_gib(),
        "gpus": ", ".join(details),
    }


def available_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _multiplies_in_bfloat16(flags: str | None) -> bool | None:
    """Whether the processor has instructions for it; None where that cannot be told."""
    return None if flags is None else not BFLOAT16_FLAGS.isdisjoint(flags.split())


def _cpuinfo() -> dict[str, str]:
    """What Linux says of the first processor; nothing elsewhere."""
    try:
        first = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")[0]
    except OSError:
        return {}
    fields = (line.partition(":") for line in first.splitlines())
    return {name.strip(): value.strip() for name, _, value in fields}


def _memory_gib() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, ValueError, OSError):
        return None
