"""One run: data -> model -> fit -> evaluate -> record -> figures."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Sequence
from pathlib import Path

from lstm_vae.atomic import replacing
from lstm_vae.config.run_config import RunConfig
from lstm_vae.data import Splits, cached_splits
from lstm_vae.data.splits import require_samples
from lstm_vae.errors import InterruptedRunError, PrunedRunError, RunFailedError, UserError
from lstm_vae.process import runtime
from lstm_vae.process.graph_memory import graphs_released
from lstm_vae.run import provenance, record
from lstm_vae.run.folder import RunFolder, sole_user
from lstm_vae.run.promoted import take_over
from lstm_vae.run.record import Objective, Record
from lstm_vae.tracking.opening import open_all
from lstm_vae.tracking.tracker import Beginning, Ending, Mirror, Trial
from lstm_vae.training.observer import Follower, Observer
from lstm_vae.training.stop import StopSignals


def execute(
    config: RunConfig,
    path: Path,
    overrides: Sequence[str] = (),
    observers: Sequence[Follower] = (),
    stopped_folder: Path | None = None,
    trial: Trial | None = None,
) -> float:
    """Trains, evaluates and records one run in the folder `path`.

    Args:
        config: checked.
        path: the run's folder, which exists.
        overrides: of the command line, for the record.
        observers: told of the training beside the run's own; one that raises ends the run.
        stopped_folder: of a stopped run of the same configuration, from whose last finished epoch this one
            goes on; it stays as it is. Where nothing in it can be gone on from, a line says so.
        trial: of a study, that the run is.

    Returns:
        the objective: validation BCE + KL of the last epoch's weights, nats per image.

    Raises:
        UserError: the data cannot be had, or TensorFlow runs under other settings in this process.
        PrunedRunError: an observer stopped the run.
        RunFailedError: the loss became NaN or infinite, or a file could not be written.
        InterruptedRunError: a signal came; the run can be resumed.
    """
    folder = RunFolder(path)
    with sole_user(folder), StopSignals() as stop:
        splits = cached_splits(config.data, config.training.batch_size)
        if config.training.resume is None and (folder.last.exists() or folder.record.exists()):
            raise UserError(f"{path}: holds another run; every run needs a folder of its own")
        samples = config.evaluation.generation_samples
        require_samples(samples, len(splits.test), "evaluation.generation_samples")
        runtime.start_tensorflow(config.training)
        trackers: list[Mirror] = []
        try:
            open_all(trackers, Beginning(config, folder.path, trial))
            folder.set_aside()
            account = _opened(config, splits, folder, overrides)
        except (UserError, OSError) as error:
            _finish(trackers, folder, f"{error}")
            stop.check()
            raise
        try:
            if stopped_folder is not None and take_over(stopped_folder, folder, config, splits.fingerprint):
                account = account.updated({"continued_from": str(stopped_folder.resolve())})
                record.write(folder.record, account)
            _catch_up([*trackers, *observers], folder)
            with graphs_released():
                objective = _execute(config, splits, folder, account, stop, [*trackers, *observers])
        except InterruptedRunError as error:
            message = f"{error}; go on with training.resume={path}"
            _close(folder, account, "FAIL", message)
            raise InterruptedRunError(error.signum, message) from None
        except (RunFailedError, UserError) as error:
            _close(folder, account, "FAIL", str(error))
            raise
        except OSError as error:
            message = f"{error.filename or path}: {error.strerror or error}"
            _close(folder, account, "FAIL", message)
            raise RunFailedError(message) from error
        except PrunedRunError as error:
            _close(folder, account, "PRUNED", str(error))
            raise
        except BaseException as error:
            _close(folder, account, "FAIL", f"{type(error).__name__}: {error}")
            raise
        finally:
            _finish(trackers, folder)
        stop.check()  # a signal during the last figures: the run is complete, what would follow is not wanted
        return objective


def _opened(config: RunConfig, splits: Splits, folder: RunFolder, overrides: Sequence[str]) -> Record:
    account = Record(
        state="RUNNING",
        config=config.to_mapping(),
        config_hash=config.hash(),
        overrides=list(overrides),
        provenance={
            "data_name": splits.name,
            "data_fingerprint": splits.fingerprint,
            "data_split_seed": config.data.split_seed,
            "binarize": config.data.binarize,
            "train_images": len(splits.train),
            "validation_images": len(splits.validation),
            "test_images": len(splits.test),
            "seed": config.training.seed,
            "folder": str(folder.path.resolve()),
            "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            **provenance.software(),
            **provenance.hardware(),
        },
    )
    folder.write_config(config)
    record.write(folder.record, account)
    folder.model.unlink(missing_ok=True)  # an earlier part's; not before the record ceases to say COMPLETE
    return account


def _close(folder: RunFolder, account: Record, state: record.State, reason: str) -> None:
    """Says in the record how the run ended, with the epochs it has done; the reason of the end outranks a
    full disk that keeps it from being said."""
    from lstm_vae.training import history

    try:
        rows = history.read_whole(folder.history) if folder.history.exists() else []
        entries = {"epochs": len(rows), "training_seconds": sum(row.seconds for row in rows)}
        record.write(folder.record, account.updated(entries, state=state, reason=reason))
    except (OSError, UserError):
        return


def _catch_up(followers: Sequence[Follower], folder: RunFolder) -> None:
    """Tells followers of epochs that are done: of a run that goes on, or takes over a stopped one."""
    from lstm_vae.training import checkpoint, history

    if not followers or not folder.last.exists() or not folder.history.exists():
        return
    # A row beyond the state, whole or torn, is of an epoch that is done again.
    rows = history.read_through(folder.history, checkpoint.read_progress(folder.last).epoch)
    for follower in followers:
        follower.catch_up(rows)


def _finish(trackers: Sequence[Mirror], folder: RunFolder, refusal: str | None = None) -> None:
    """Tells trackers how the run ended, by its record.

    Args:
        refusal: why there was no run.
    """
    if not trackers:
        return
    account = None
    if refusal is None:
        with contextlib.suppress(UserError):
            account = record.read(folder.record)
    files = [path for path in (folder.record, folder.history) if path.exists()]
    pictures = sorted(folder.figures.glob("*.png"))
    if account is None or account.state == "RUNNING":  # a full disk, on which its end could not be written
        ending = Ending("FAIL", refusal or "its record does not say how it ended", {}, files, pictures)
    else:
        ending = Ending(account.state, account.reason, account.metrics, files, pictures)
    for tracker in trackers:
        tracker.finish(ending)


def _execute(
    config: RunConfig,
    splits: Splits,
    folder: RunFolder,
    account: Record,
    stop: StopSignals,
    further: Sequence[Observer],
) -> float:
    from lstm_vae.evaluation import UNITS, evaluate
    from lstm_vae.model import build_vae, spread_means
    from lstm_vae.training import history
    from lstm_vae.training.checkpoint import read_progress
    from lstm_vae.training.progress import display
    from lstm_vae.training.trainer import Trainer, TrainingFiles, likely_cause

    started = time.perf_counter()
    training = config.training
    all_units = dict(UNITS)
    vae = build_vae(config)
    files = TrainingFiles(folder.history, folder.last, folder.best)
    epochs_done = read_progress(folder.last).epoch if folder.last.exists() else 0
    std = config.encoder.initial_mean_std
    if std is not None and not epochs_done:
        spread_means(vae.encoder, splits.train.images, std)
    with display(
        training.progress, training.epochs, len(splits.train), training.batch_size, epochs_done
    ) as progress_display:
        outcome = Trainer(vae, splits, config, files, [progress_display, *further], stop).fit()

    metrics = evaluate(vae, splits, config.evaluation)
    if config.evaluation.generation_samples:
        from lstm_vae.generation import quality

        judge = quality.judge_of(config.data)
        account = account.updated({"classifier": judge.classifier.identity})
        metrics |= quality.generation_metrics(vae, judge, config.evaluation)[0]
        all_units |= quality.UNITS
    best = history.best(outcome.rows)
    metrics |= {"best_epoch": best.epoch, "best_val_loss": best.val_loss}
    if undefined_metrics := [
        f"{name} is {value}" for name, value in metrics.items() if not math.isfinite(value)
    ]:
        raise RunFailedError(
            f"epoch {len(outcome.rows)}, evaluation: {', '.join(undefined_metrics)}; likely cause: weights "
            f"that overflow, after {likely_cause(training)}"
        )
    stop.check()
    with replacing(folder.model) as partial:
        vae.save(partial)
    if config.figures.enabled:
        from lstm_vae.figures.run_figures import draw_run_figures

        draw_run_figures(vae, splits, outcome.rows, config, folder.figures)
    objective = float(metrics["val_loss"])
    training_seconds = math.fsum(row.seconds for row in outcome.rows)
    seconds_before = math.fsum(row.seconds for row in outcome.rows[:epochs_done])
    entries = {
        "epochs": len(outcome.rows),
        "resumed_from_epoch": epochs_done,
        "stopped_early": outcome.stopped_early,
        "parameters": vae.count_params(),
        "training_seconds": training_seconds,
        "images_per_second": len(outcome.rows) * len(splits.train) / training_seconds,
        "seconds": seconds_before + time.perf_counter() - started,
        "finished": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }
    units = {name: all_units[name] for name in metrics}
    account = account.updated(
        entries, state="COMPLETE", objective=Objective(value=objective), metrics=metrics, units=units
    )
    record.write(folder.record, account)
    return objective
