"""What leaves a review as a file: one file an export, found by the table in ``registry``."""
