"""The names under which a study and its trials keep what Optuna has no field for."""

# Of a study.
SPEC = "sweeps:spec"  # what is searched
PROGRAM = "sweeps:program"  # how the program is started
BUDGET = "sweeps:budget"  # of the last command: n_trials, or None

# Of a trial.
JOB = "sweeps:job"  # folder (below the study's), overrides, sweep, worker, host, pid, first beat
BEAT = "sweeps:beat"  # later beats, seconds since 1970
REASON = "sweeps:reason"  # why it is FAIL or PRUNED
CAUSE = "sweeps:cause"  # of a FAIL: one of the causes below
SPARED = "sweeps:spared"  # of a LOST one: why that does not count against it
RETRY_OF = "sweeps:retry_of"  # the number of the trial whose parameters it repeats
REPLICATES = "sweeps:replicates"  # the value of each replicate
CONTINUES = "sweeps:continues"  # the stopped trial that it goes on with: trial, first, step
COMBINATION = "sweeps:combination"  # of a grid or a warm start: its values, as a key

RAISED = "raised"  # the job raised
LOST = "lost"  # its worker died
TIMED_OUT = "timed out"  # its job did not report for hydra.sweeper.trial_timeout
INTERRUPTED = "interrupted"  # a signal stopped the sweep, or a fault of the disk or the storage
SURPLUS = "surplus"  # another process had taken the last of the budget at the same moment

# Why the death of a worker does not count against its trial: only that of a worker alone does.
SWEEP_DIED = "its sweep died too"
IN_COMPANY = "its worker had company, and launchers let all die with one"
