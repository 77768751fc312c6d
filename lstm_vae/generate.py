"""`python -m lstm_vae.generate RUN`: more digits from a finished run."""

from __future__ import annotations

import math
import os
from pathlib import Path

from lstm_vae.command import exits
from lstm_vae.command.arguments import ArgumentParser, checked
from lstm_vae.config.rules import Real, Whole
from lstm_vae.config.sections import SEED, TEMPERATURE
from lstm_vae.errors import UserError
from lstm_vae.run.folder import RunFolder

FORMATS = (".png", ".pdf", ".svg")
MOST = 10_000


def command_line() -> ArgumentParser:
    """The command's arguments."""
    parser = ArgumentParser(
        prog="lstm_vae.generate", description="Draws digits that a finished run's decoder generates."
    )
    parser.add_argument("run", type=Path, help="the run's folder")
    parser.add_argument("--count", type=checked(int, Whole(1, most=MOST)), default=100, help="digits (100)")
    parser.add_argument(
        "--scale",
        type=checked(float, Real(0, above=True)),
        default=1.0,
        help="prior: spread of z in standard deviations; plane: its half width (1.0)",
    )
    parser.add_argument(
        "--kind",
        choices=("prior", "plane"),
        default="prior",
        help="samples of N(0, scale^2 I), or equal steps over a 2-D latent's plane (prior)",
    )
    parser.add_argument(
        "--temperature",
        type=checked(float, TEMPERATURE),
        help="of the likelihood: below 1 digits are sharper (as the run)",
    )
    parser.add_argument("--seed", type=checked(int, SEED), default=0, help="of the samples (0)")
    parser.add_argument("--out", type=Path, required=True, help=f"picture to write ({', '.join(FORMATS)})")
    parser.add_argument("--force", action="store_true", help="overwrite the picture if it exists")
    return parser


def main() -> None:
    """Checks the arguments, loads the model and draws."""
    args = command_line().parse_args()
    if args.out.suffix not in FORMATS:
        raise UserError(f"--out={args.out}: must end in one of {', '.join(FORMATS)}")
    if os.path.lexists(args.out) and not args.force:
        raise UserError(f"--out={args.out}: exists; --force overwrites it")
    if not args.out.absolute().parent.is_dir() or not os.access(args.out.absolute().parent, os.W_OK):
        raise UserError(f"--out={args.out}: its folder does not exist or cannot be written")
    config = RunFolder(args.run).read_config()
    if args.kind == "plane" and math.isqrt(args.count) ** 2 != args.count:
        raise UserError(f"--count={args.count}: must be a square number (as 100, 400) with --kind=plane")
    if args.kind == "plane" and config.encoder.latent_dim != 2:
        raise UserError(f"--kind=plane: {args.run} has {config.encoder.latent_dim} latents, must have 2")

    from lstm_vae.process import runtime

    runtime.start_tensorflow(config.training)
    from lstm_vae.figures.grids import draw_plane, draw_samples
    from lstm_vae.run.loading import load

    vae = load(args.run)
    temperature = config.evaluation.generation_temperature if args.temperature is None else args.temperature
    if args.kind == "plane":
        draw_plane(vae, args.out, args.count, args.scale, temperature)
    else:
        draw_samples(vae, args.out, args.count, args.scale, args.seed, temperature)
    print(f"{args.count} digits at scale {args.scale:g}: {args.out}")


if __name__ == "__main__":
    exits.run(main)
