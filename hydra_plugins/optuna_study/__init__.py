"""The shell by which Hydra finds the sweeper: Hydra imports it at every start, so it is light."""
