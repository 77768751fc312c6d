"""Who may import whom: the house's table, kept true."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

# Modules that speak Hydra: the entry point, what it is made of, and the schemas.
HYDRA_SPEAKERS = {"train.py", "schemas.py", "exits.py", "preflight.py"}
LIGHT = {"sweeps", "hydra_plugins"}


# The rooms of each house, from the cellar up: each imports only from those before it.
ROOMS = {
    "sweeps": (
        *(
            "text",
            "errors",
            "system",
            "inside",
            "study",
            "settings",
            "space",
            "terminal",
            "results",
            "search",
        ),
        *("plan", "reports", "commands", "workers", "course", "dry_run", "sweeper", "__main__"),
    ),
    "lstm_vae": (
        *(
            "errors",
            "atomic",
            "npz",
            "config",
            "data",
            "model",
            "process",
            "evaluation",
            "training",
            "tracking",
            "generation",
            "figures",
        ),
        *("run", "command", "train", "evaluate", "generate"),
    ),
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("path", modules("lstm_vae"), ids=lambda path: str(path.relative_to(ROOT)))
def test_one_run_knows_nothing_of_many(path: Path) -> None:
    roots = {name.split(".")[0] for name in imports(path)}
    assert "optuna" not in roots
    assert "hydra_plugins" not in roots
    # The call that reports; the one writer of files; what Hydra's errors mean.
    assert "sweeps" not in roots or path.name in {"train.py", "atomic.py", "exits.py"}
    assert "hydra" not in roots or path.name in HYDRA_SPEAKERS


@pytest.mark.parametrize("package", sorted(LIGHT))
def test_many_runs_know_nothing_of_vaes(package: str) -> None:
    for path in modules(package):
        roots = {name.split(".")[0] for name in imports(path)}
        assert not roots & {"tensorflow", "keras", "lstm_vae"}, path


@pytest.mark.parametrize(
    "module",
    ["lstm_vae", "lstm_vae.train", "lstm_vae.generate", "lstm_vae.evaluate", "lstm_vae.command.preflight"],
)
def test_importing_costs_no_tensorflow(module: str) -> None:
    heavy = "tensorflow", "keras", "matplotlib", "optuna", "pandas", "mlxtend", "sklearn"
    code = f"import sys, {module}; print(sorted(set(sys.modules) & set({heavy!r})))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout == "[]\n"


def test_no_file_is_a_drawer_or_too_long() -> None:
    for package in ("lstm_vae", "sweeps", "hydra_plugins", "benchmarks"):
        for path in modules(package):
            assert path.stem not in {"utils", "helpers", "misc", "common"}, path
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path


HOUSES = [(house, path) for house in ROOMS for path in modules(house) if path.parent.name != house] + [
    (house, ROOT / house / f"{room}.py")
    for house, rooms in ROOMS.items()
    for room in rooms
    if (ROOT / house / f"{room}.py").is_file()
]


@pytest.mark.parametrize(("house", "path"), HOUSES, ids=lambda value: str(value).removeprefix(f"{ROOT}/"))
def test_no_room_imports_from_above(house: str, path: Path) -> None:
    rooms = ROOMS[house]
    own = path.relative_to(ROOT / house).parts[0].removesuffix(".py")
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == house and len(parts) > 1:
            assert rooms.index(parts[1]) <= rooms.index(own), f"{path}: {name}"


@pytest.mark.parametrize("house", ROOMS)
def test_no_modules_import_each_other_in_a_circle(house: str) -> None:
    known = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in modules(house)}
    graph = {name: {other for other in imports(path) if other in known} for name, path in known.items()}
    graphlib.TopologicalSorter(graph).prepare()  # raises where there is one


@pytest.mark.parametrize("house", ROOMS)
def test_every_module_is_in_a_room(house: str) -> None:
    found = {path.relative_to(ROOT / house).parts[0].removesuffix(".py") for path in modules(house)}
    assert found == {*ROOMS[house], "__init__"}


def test_only_the_room_of_a_study_names_its_attributes() -> None:
    for path in modules("sweeps"):
        if path.parent.name != "study":
            text = path.read_text(encoding="utf-8")
            assert "sweeps.study.attributes" not in text, path
            assert "study import attributes" not in text, path
            assert "user_attrs[" not in text, path


def test_only_an_objective_knows_its_direction() -> None:
    for path in modules("sweeps"):
        if path.name != "objective.py":
            words = {
                node.value
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
            assert not words & {"minimize", "maximize", "MINIMIZE", "MAXIMIZE"}, path
