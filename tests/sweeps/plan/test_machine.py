"""Threads and GPUs of a worker."""

from __future__ import annotations

import os
import platform
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.plan.machine import Share, available_cpus, gpu_count

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*THREADS, "CUDA_VISIBLE_DEVICES"):
        monkeypatch.setenv(name, "to be put back")
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", str(tmp_path))


@given(workers=st.integers(1, 64))
def test_workers_of_one_machine_share_its_cpus(workers: int) -> None:
    threads = Share.of_this_machine(workers, None).thread_count()
    assert threads >= 1
    assert threads * workers <= max(available_cpus(), workers)


def test_a_worker_elsewhere_or_bound_by_a_scheduler_has_its_cpus_for_itself() -> None:
    here = Share.of_this_machine(1000, None)
    assert here.thread_count() == 1
    assert replace(here, host="another").thread_count() == available_cpus()
    assert replace(here, cpus=available_cpus() + 1).thread_count() == available_cpus()


def test_threads_that_the_user_names_are_taken_everywhere() -> None:
    assert Share("another", 99, 7, 3).thread_count() == 3
    assert Share.of_this_machine(1, 3).thread_count() == 3


def test_a_share_is_settled_for_the_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MKL_NUM_THREADS", "9")
    threads = Share.of_this_machine(1, None).settle(0)
    assert [os.environ[name] for name in THREADS] == [str(threads), "9", str(threads)]
    assert Share.of_this_machine(1, 5).settle(0) == 5
    assert [os.environ[name] for name in THREADS] == ["5"] * 3


def nvidia_smi(folder: Path, script: str) -> None:
    path = folder / "nvidia-smi"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


TWO = 'echo "GPU 0: H100 (UUID: a)"; echo "  MIG 1g: (UUID: c)"; echo "GPU 1: H100 (UUID: b)"'


def test_gpus_are_counted_without_any_library(tmp_path: Path) -> None:
    assert gpu_count() == 0
    nvidia_smi(tmp_path, TWO)
    assert gpu_count() == 2
    nvidia_smi(tmp_path, "echo 'NVIDIA-SMI has failed'; exit 9")
    assert gpu_count() == 0


@pytest.mark.parametrize(("worker", "device"), [(0, "0"), (1, "1"), (5, "1")])
def test_workers_take_turns_with_gpus(tmp_path: Path, worker: int, device: str) -> None:
    nvidia_smi(tmp_path, TWO)
    Share.of_this_machine(3, None).settle(worker)
    assert os.environ["CUDA_VISIBLE_DEVICES"] == device


@pytest.mark.parametrize(
    ("share", "given"),
    [
        (Share.of_this_machine(1, None), None),
        (replace(Share.of_this_machine(3, None), host="another"), None),
        (Share.of_this_machine(3, None), "1,0"),
    ],
)
def test_gpus_are_left_alone_where_they_need_not_be_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: Share, given: str | None
) -> None:
    nvidia_smi(tmp_path, TWO)
    if given is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", given)
    share.settle(1)
    assert os.environ.get("CUDA_VISIBLE_DEVICES") == given


def test_a_share_knows_its_machine() -> None:
    assert Share.of_this_machine(2, None) == Share(platform.node(), available_cpus(), 2, None)
