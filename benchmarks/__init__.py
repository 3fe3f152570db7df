"""Figures beside a yardstick measured in the same run; ratios travel between machines, seconds do not."""
