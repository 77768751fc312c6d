from __future__ import annotations

import subprocess
import sys

from tests.conftest import OUTSIDE

CODE = """
import sys
from lstm_vae.process import runtime
from lstm_vae.config.sections import TrainingConfig
runtime.start_tensorflow(TrainingConfig())
print(sorted({"pandas", "sklearn", "matplotlib", "optuna"} & set(sys.modules)))
import matplotlib, pandas
print(pandas.__name__, matplotlib.__name__, len(sys.meta_path))
"""
OTHER_THREAD = """
import sys, threading
from lstm_vae.process.unused_imports import missing
finders = list(sys.meta_path)
with missing(("colorsys", "threading")):
    import threading  # is imported already
    try:
        import colorsys
    except ImportError as error:
        print(error)
    def other():
        import colorsys
        print(colorsys.__name__)
    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
print(sys.meta_path == finders)
"""


def said_by(code: str) -> list[str]:
    result = subprocess.run(
        [sys.executable, "-c", code], env=OUTSIDE, capture_output=True, text=True, check=True, timeout=120
    )
    return result.stdout.splitlines()


def test_keras_comes_without_what_no_run_uses_which_can_still_be_imported() -> None:
    lines = said_by(CODE)
    assert lines[0] == "[]"
    assert lines[1].startswith("pandas matplotlib")


def test_only_the_block_and_its_thread_miss_a_package_and_only_one_not_yet_imported() -> None:
    assert said_by(OTHER_THREAD) == ["colorsys is not imported for Keras", "colorsys", "True"]
