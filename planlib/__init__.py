"""Action plans, from workshop files to the annual review; modules are the namespace, as in `score.weighted_sum`."""
