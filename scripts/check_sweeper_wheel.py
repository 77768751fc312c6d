"""Does the sweeper work by itself? Run by CI: python scripts/check_sweeper_wheel.py dist/X.whl

Installs its wheel into a fresh environment, sweeps the program of docs/any_program.md there, and makes a
report of it.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNWANTED = "tensorflow", "keras", "lstm_vae", "torch"


def main() -> None:
    wheel = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        python = next(path for path in (folder / "venv").glob("*/python*") if path.stem == "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"{wheel}[report]"], check=True)
        guide = (ROOT / "docs" / "any_program.md").read_text(encoding="utf-8")
        program, command = (
            re.findall(rf"```{kind}\n(.*?)```", guide, re.DOTALL)[0] for kind in ("python", "bash")
        )
        (folder / "bowl.py").write_text(program, encoding="utf-8")
        words = [str(python), *shlex.split(command.replace("\\\n", ""))[1:]]
        sweep_run = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        if "20/20 done" not in sweep_run.stdout:
            sys.exit(f"{wheel.name}: does not sweep: {sweep_run.stdout}{sweep_run.stderr}")
        subprocess.run([python, "-c", "import sweeps.terminal.live_table"], cwd=folder, check=True)
        study = next(folder.rglob("spec.yaml")).parent
        subprocess.run([python, "-m", "sweeps", "report", study], cwd=folder, check=True)
        code = f"import importlib.util as u; print([n for n in {UNWANTED} if u.find_spec(n)])"
        module_search = subprocess.run(
            [python, "-c", code], cwd=folder, capture_output=True, text=True, check=True
        )
        if module_search.stdout.strip() != "[]":
            sys.exit(f"{wheel.name}: brings {module_search.stdout}")
    print(f"{wheel.name}: sweeps by itself")


if __name__ == "__main__":
    main()
