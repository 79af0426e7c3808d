"""The source-selection protocol: which of several source tasks is best (Li et al. 2023)."""
