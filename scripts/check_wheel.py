"""Does a wheel work where the checkout is not? Run by CI: python scripts/check_wheel.py dist/X.whl

Unpacks it into an empty folder, and runs the main command's `--cfg job` and a refused override from there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    wheel = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
        for package in ("lstm_vae", "sweeps", "hydra_plugins"):
            for source in (ROOT / package).rglob("*.py"):
                if not (Path(folder) / source.relative_to(ROOT)).is_file():
                    sys.exit(f"{wheel.name}: leaves out {source.relative_to(ROOT)}")
        where = subprocess.run(
            [sys.executable, "-c", "import lstm_vae.config as c; print(c.CONF_DIR)"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": folder},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        if Path(where).resolve() != Path(folder).resolve() / "lstm_vae" / "conf":
            sys.exit(f"{wheel.name}: finds its configuration at {where}, not in itself")
        shown = subprocess.run(
            [sys.executable, "-m", "lstm_vae.train", "encoder=stacked", "--cfg", "job"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": folder},
            capture_output=True,
            text=True,
            check=False,
        )
        if shown.returncode or "latent_dim: 2" not in shown.stdout:
            sys.exit(f"{wheel.name}: --cfg job fails: {shown.stderr}")
    print(f"{wheel.name}: carries its configuration and runs from elsewhere")


if __name__ == "__main__":
    main()
