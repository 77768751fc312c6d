"""Does a wheel work where the checkout is not? Run by CI: python scripts/check_wheel.py dist/X.whl

Unpacks it into an empty folder, and there runs the main command's `--cfg job` and a sweep of the program of
docs/any_program.md. Python's `site` is left out (-S), so that a checkout which the environment knows is not
found.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _run(folder: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([folder, sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    return subprocess.run(
        [sys.executable, "-S", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def main() -> None:
    wheel = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
        for package in ("lstm_vae", "sweeps", "hydra_plugins"):
            for source in (ROOT / package).rglob("*.py"):
                if not (Path(folder) / source.relative_to(ROOT)).is_file():
                    sys.exit(f"{wheel.name}: leaves out {source.relative_to(ROOT)}")
        where = _run(folder, "-c", "import lstm_vae.config.defaults as c; print(c.CONF_DIR)")
        if Path(where.stdout.strip()).resolve() != Path(folder).resolve() / "lstm_vae" / "conf":
            sys.exit(f"{wheel.name}: finds its configuration at {where.stdout}, not in itself")
        config_run = _run(folder, "-m", "lstm_vae.train", "encoder=stacked", "--cfg", "job")
        if "latent_dim: 2" not in config_run.stdout:
            sys.exit(f"{wheel.name}: --cfg job fails: {config_run.stderr}")
        guide = (ROOT / "docs" / "any_program.md").read_text(encoding="utf-8")
        program, command = (
            re.findall(rf"```{kind}\n(.*?)```", guide, re.DOTALL)[0] for kind in ("python", "bash")
        )
        (Path(folder) / "bowl.py").write_text(program, encoding="utf-8")
        sweep_run = _run(folder, *shlex.split(command.replace("\\\n", ""))[1:])
        if "20/20 done" not in sweep_run.stdout:
            sys.exit(f"{wheel.name}: the sweeper does not sweep: {sweep_run.stderr}")
    print(f"{wheel.name}: carries its configuration and runs from elsewhere")


if __name__ == "__main__":
    main()
