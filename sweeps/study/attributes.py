"""The names under which a study and its trials keep what Optuna has no field for."""

# Of a study.
SPEC = "sweeps:spec"  # what is searched
PROGRAM = "sweeps:program"  # how the program is started
BUDGET = "sweeps:budget"  # of the last command: n_trials, or None
COLUMNS = "sweeps:columns"  # of records that tables show, and their headings

# Of a trial.
JOB = "sweeps:job"  # folder (below the study's), overrides, sweep, worker, host, pid, first beat
BEAT = "sweeps:beat"  # later beats, seconds since 1970
REASON = "sweeps:reason"  # why it is FAIL or PRUNED
LOST_TO = "sweeps:lost_to"  # of a finalist that a race has stopped: the number of the one that was better
CAUSE = "sweeps:cause"  # of a FAIL: `sweeps.study.trial.Cause`
SPARED = "sweeps:spared"  # of a LOST one: why that does not count against it, `Spared`
RETRY_OF = "sweeps:retry_of"  # the number of the trial whose parameters it repeats
REPLICATES = "sweeps:replicates"  # the value of each replicate
SEEDS = "sweeps:seeds"  # of the first one, by the fields that take them
GOES_ON = "sweeps:goes_on"  # that it goes on where the job of the trial that it repeats left off
REACHED = (
    "sweeps:reached"  # of replicates whose steps are no intermediate values: the last that its job reported
)
CONTINUES = "sweeps:continues"  # the stopped trial that it goes on with: trial, first, step
COMBINATION = "sweeps:combination"  # of a grid or a warm start: its values, as a key
DRAWN = "sweeps:drawn"  # of a finite space that is sampled: all values that were drawn, as a key

# Optuna's own, of a trial.
FIXED = "fixed_params"  # with which it was enqueued
RUNG = "completed_rung_"  # before a number: the value with which it reached a rung
