"""`python -m lstm_vae.evaluate RUN`: scores a finished run again."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

from lstm_vae.atomic import replacing
from lstm_vae.command import exits
from lstm_vae.command.arguments import ArgumentParser, checked
from lstm_vae.command.summary import print_metrics
from lstm_vae.config.rules import Whole
from lstm_vae.config.sections import TEMPERATURE
from lstm_vae.errors import UserError
from lstm_vae.run import record
from lstm_vae.run.folder import RunFolder
from lstm_vae.run.record import Record

GENERATED = 2000
MOST_LATENTS = 2  # of which a grid is not too large


def command_line() -> ArgumentParser:
    """The command's arguments."""
    parser = ArgumentParser(
        prog="lstm_vae.evaluate",
        description="Scores a finished run again and compares with its record, which stays as it is.",
    )
    parser.add_argument("run", type=Path, help="the run's folder")
    parser.add_argument(
        "--data-dir", help="where the images are now (as data.dir; default: as the run had it)"
    )
    parser.add_argument(
        "--nll-samples", type=checked(int, Whole(0)), help="importance samples an image (as the run)"
    )
    parser.add_argument(
        "--nll-images", type=checked(int, Whole(1)), help="test images for the NLL (as the run)"
    )
    parser.add_argument(
        "--exact-nll",
        action="store_true",
        help="of one or two latents: the NLL itself, of all test images, and what the encoder loses",
    )
    parser.add_argument(
        "--generation",
        type=checked(int, Whole(0, most=100_000)),
        nargs="?",
        const=GENERATED,
        metavar="SAMPLES",
        help=f"how good generated images are, of so many ({GENERATED}), beside images that everybody knows",
    )
    parser.add_argument(
        "--temperature",
        type=checked(float, TEMPERATURE),
        help="of generated images' likelihood: below 1 they are sharper (as the run)",
    )
    parser.add_argument(
        "--beside",
        choices=("test", "validation"),
        default="test",
        help="the images that generated ones are set beside (test); to choose a temperature, validation",
    )
    parser.add_argument("--out", type=Path, help="write the metrics there as JSON; must not exist")
    return parser


def main() -> None:
    """Loads the run's model and data, scores, prints and compares."""
    args = command_line().parse_args()
    if args.out is not None and os.path.lexists(args.out):
        raise UserError(f"--out={args.out}: exists")
    if args.out is not None and not os.access(args.out.absolute().parent, os.W_OK):
        raise UserError(f"--out={args.out}: its folder does not exist or cannot be written")
    folder = RunFolder(args.run)
    config = folder.read_config()
    account = record.read(folder.record)
    changes = {
        "data__dir": args.data_dir,
        "evaluation__nll_samples": args.nll_samples,
        "evaluation__nll_images": args.nll_images,
        "evaluation__generation_samples": args.generation,
        "evaluation__generation_temperature": args.temperature,
    }
    config = config.replace(**{name: value for name, value in changes.items() if value is not None})

    if args.exact_nll and config.encoder.latent_dim > MOST_LATENTS:
        latents = config.encoder.latent_dim
        raise UserError(f"--exact-nll: {args.run} has {latents} latents; must have at most {MOST_LATENTS}")

    from lstm_vae.data import load_splits
    from lstm_vae.data.splits import require_samples
    from lstm_vae.process import runtime

    splits = load_splits(config.data)
    recorded_fingerprint = account.provenance.get("data_fingerprint")
    if splits.fingerprint != recorded_fingerprint:
        raise UserError(
            f"{args.run}: trained on data {recorded_fingerprint}, but this is {splits.fingerprint}"
        )
    samples = config.evaluation.generation_samples
    require_samples(
        samples,
        len(splits.unseen(args.beside)),
        "--generation" if args.generation else "evaluation.generation_samples",
    )
    runtime.start_tensorflow(config.training)
    from lstm_vae.evaluation import evaluate, exact_metrics
    from lstm_vae.run.loading import load

    vae = load(args.run)
    metrics = evaluate(vae, splits, config.evaluation)
    refusal: UserError | None = None
    if args.exact_nll:
        try:
            metrics |= exact_metrics(vae, splits.test.images, metrics["test_loss"], config.evaluation)
        except UserError as error:
            refusal = error  # to be said when the rest is
    tables: list[str] = []
    if samples:
        from lstm_vae.generation import quality
        from lstm_vae.generation.wording import lines_of

        judge = quality.judge_of(config.data, args.beside)
        generation_metrics, generated = quality.generation_metrics(vae, judge, config.evaluation)
        metrics |= generation_metrics
        known = quality.references(judge, samples) if args.generation else ()
        tables = list(lines_of([generated, *known], metrics["latent_accuracy"]))
    if undefined_metrics := [name for name, value in metrics.items() if not math.isfinite(value)]:
        raise UserError(f"{args.run}: its model gives no finite {', '.join(undefined_metrics)}")
    print_metrics(metrics)
    for line in tables:
        print(line)
    own_classifier = judge.classifier.identity if samples else None
    _print_comparison(account, metrics, own_classifier, args.beside)
    if args.out is not None:
        with replacing(args.out) as partial:
            partial.write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    if refusal is not None:
        raise refusal


def _print_comparison(
    account: Record, metrics: dict[str, float | int], classifier: str | None, beside: str
) -> None:
    recorded_metrics = {name: value for name, value in account.metrics.items() if name in metrics}
    theirs = account.provenance.get("classifier", classifier)  # which older records do not tell
    judged = {name: value for name, value in recorded_metrics.items() if name.startswith("gen_")}
    if judged and (beside != "test" or classifier != theirs):
        other = (
            f"by another classifier ({theirs}, not {classifier})"
            if beside == "test"
            else "beside test images"
        )
        print(f"The record's numbers of generated images are {other}: not compared.")
        recorded_metrics = {name: value for name, value in recorded_metrics.items() if name not in judged}
    differing_metrics = {name: value for name, value in recorded_metrics.items() if value != metrics[name]}
    if not recorded_metrics:
        print("The record holds no metrics to compare with.")
    elif not differing_metrics:
        print("The same as in the record, to the last digit.")
    for name, value in differing_metrics.items():
        print(f"{name}: {metrics[name]:.6f} here, {value:.6f} in the record")


if __name__ == "__main__":
    exits.run(main)
