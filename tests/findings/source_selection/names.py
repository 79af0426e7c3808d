"""Tables I to VI of Li et al. 2023, as a run's selection.json names them."""

TABLES = (
    "table1_modality_vs_task",
    "table2_roi_similarity_same_dataset",
    "table3_roi_similarity_cross_dataset",
    "table4_5_transferability",
    "table6_spearman_footrule",
)
