"""What the network's training asks of the machine, and what the machine can give.

    python benchmarks/arithmetic.py [--threads 2]

prints as JSON the GFLOP/s of a product of two 1024 x 1024 matrices in TensorFlow, in float32 and bfloat16.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import pairwise

ROWS, COLUMNS = 28, 28  # of an image: the LSTM's steps, and features of each
SIZE = 1024


def flop_per_image(
    hidden: Sequence[int] = (128,),
    fc: Sequence[int] = (64,),
    latent: int = 2,
    filters: Sequence[int] = (64, 32),
) -> int:
    """Floating-point operations of one image's part in a training step: what the matrix products and
    convolutions of the forward pass and of the backward pass (twice as much) take; a multiplication and an
    addition are two. Biases, activations, the loss and the optimizer are left out: under a hundredth.

    The LSTM's gates take 4H outputs from F + H inputs at each of 28 steps. A transposed convolution takes
    3 x 3 x C_in x C_out at each of its input's positions. By hand, for the default network:

        LSTM           28 (28 + 128) 4 * 128    2,236,416
        Dense          128 * 64                     8,192
        two heads      2 * 64 * 2                     256
        onto the grid  2 * 7 * 7 * 64               6,272
        14 x 14 x 64   7 * 7 * 9 * 64 * 64      1,806,336
        28 x 28 x 32   14 * 14 * 9 * 64 * 32    3,612,672
        logits         28 * 28 * 9 * 32           225,792
                                                7,895,936 multiply-adds, times 2 times 3: 47,375,616
    """
    sizes = [COLUMNS, *hidden]
    adds = sum(ROWS * (inputs + units) * 4 * units for inputs, units in pairwise(sizes))
    sizes = [sizes[-1], *fc]
    adds += sum(inputs * units for inputs, units in pairwise(sizes))
    adds += 2 * sizes[-1] * latent
    strides = [2 if number < 2 else 1 for number in range(len(filters))]
    side = ROWS // 2 ** strides.count(2)
    adds += latent * side * side * filters[0]
    for inputs, outputs, stride in zip([filters[0], *filters], filters, strides, strict=False):
        adds += side * side * 9 * inputs * outputs
        side *= stride
    adds += side * side * 9 * filters[-1]
    return 3 * 2 * adds


def ceiling(threads: int) -> dict[str, float]:
    """GFLOP/s of a matrix product, by precision, measured in a process of its own."""
    command = [sys.executable, __file__, "--threads", str(threads)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return dict(json.loads(output.splitlines()[-1]))


def _measure(threads: int) -> dict[str, float]:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    rates = {}
    for precision in ("float32", "bfloat16"):
        left, right = (tf.cast(tf.random.normal((SIZE, SIZE), seed=n), precision) for n in range(2))
        seconds = []
        loop_start = time.perf_counter()
        while time.perf_counter() - loop_start < 2:
            call_start = time.perf_counter()
            tf.matmul(left, right)
            seconds.append(time.perf_counter() - call_start)
        rates[precision] = round(2 * SIZE**3 / min(seconds) / 1e9, 1)
    return rates


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    print(json.dumps(_measure(parser.parse_args().threads)))


if __name__ == "__main__":
    main()
