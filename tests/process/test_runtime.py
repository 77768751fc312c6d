from __future__ import annotations

import subprocess
import sys

from tests.conftest import OUTSIDE

CODE = """
import os
from lstm_vae.process import runtime
from lstm_vae.errors import UserError
from lstm_vae.config.sections import TrainingConfig
runtime.start_tensorflow(TrainingConfig(threads=1))
import tensorflow as tf
print(tf.config.threading.get_intra_op_parallelism_threads())
runtime.start_tensorflow(TrainingConfig(threads=1))
try:
    runtime.start_tensorflow(TrainingConfig(threads=2))
except UserError as error:
    print(error)
os.environ.pop("TF_CPP_MIN_LOG_LEVEL")
with runtime.without_chatter():
    os.write(2, b"I0000 00:00:1 1 port.cc:1] oneDNN custom operations are on.\\nsomething real\\n")
"""


def test_threads_are_set_once_a_process_and_only_chatter_is_dropped() -> None:
    result = subprocess.run(
        [sys.executable, "-c", CODE],
        env=OUTSIDE,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert result.stdout.splitlines()[0] == "1"
    assert "training.threads=2: must be 1" in result.stdout
    assert result.stderr == "something real\n"
