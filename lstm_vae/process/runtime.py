"""TensorFlow's process-wide settings, and a start without its chatter."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator

from lstm_vae.config.sections import TrainingConfig
from lstm_vae.errors import UserError
from lstm_vae.process.unused_imports import missing

# Lines that TensorFlow's C++ side prints at every start, most of them before its log level holds.
_CHATTER = re.compile(
    rb"^(WARNING: All log messages before absl|[IW]\d{4} |E\d{4} .*(cuInit|cuda_platform|computation_placer|"
    rb"Unable to register cu))"
)


def start_tensorflow(config: TrainingConfig) -> None:
    """Imports TensorFlow and applies `threads` and `deterministic`.

    Raises:
        UserError: TensorFlow has already computed something in this process under other settings.
    """
    with without_chatter():
        with missing():
            import keras  # noqa: F401
            import tensorflow as tf

        _require_as_before(config)
        if config.deterministic:
            tf.config.experimental.enable_op_determinism()
        if config.threads is not None:
            _set_threads(config.threads)
        # Every run traces functions of its own, once; TensorFlow takes a process's later runs for a mistake.
        logging.getLogger("tensorflow").addFilter(_is_no_retracing)
        _applied_settings.update(threads=config.threads, deterministic=config.deterministic)
        tf.config.list_physical_devices()
        tf.constant(0.0)


def _is_no_retracing(entry: logging.LogRecord) -> bool:
    return "triggered tf.function retracing" not in entry.getMessage()


# What the first run in this process has set, for all that follow.
_applied_settings: dict[str, int | bool | None] = {}


def _require_as_before(config: TrainingConfig) -> None:
    for field, before in _applied_settings.items():
        now = getattr(config, field)
        if now != before:
            text_before, text_now = (
                "null" if value is None else str(value).lower() for value in (before, now)
            )
            raise UserError(
                f"training.{field}={text_now}: must be {text_before}, with which TensorFlow runs in "
                "this process"
            )


def _set_threads(threads: int) -> None:
    import tensorflow as tf

    threading = tf.config.threading
    for get, set_, value in (
        (threading.get_intra_op_parallelism_threads, threading.set_intra_op_parallelism_threads, threads),
        (
            threading.get_inter_op_parallelism_threads,
            threading.set_inter_op_parallelism_threads,
            1 if threads == 1 else 2,
        ),
    ):
        try:
            if get() != value:
                set_(value)
        except RuntimeError:
            raise UserError(
                f"training.threads={threads}: must be {get() or 'null'}, with which TensorFlow already runs "
                "in this process"
            ) from None


@contextlib.contextmanager
def without_chatter() -> Iterator[None]:
    """Holds stderr back and then passes on every line that is not known chatter.

    Does nothing where the user has set `TF_CPP_MIN_LOG_LEVEL`: then they want to see what it lets through.
    """
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        yield
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as chatter:
        os.dup2(chatter.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(stderr, 2)
            os.close(stderr)
            chatter.seek(0)
            for line in chatter:
                if not _CHATTER.match(line):
                    os.write(2, line)
