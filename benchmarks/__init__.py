"""`make bench`: speed as ratios of medians from interleaved runs, since the machines it runs on are noisy."""
