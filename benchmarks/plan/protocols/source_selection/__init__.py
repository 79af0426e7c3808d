"""Source selection: of several source tasks, which is worth transferring from (Li et al. 2023)."""
