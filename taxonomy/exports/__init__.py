"""Exports of a review as files: one module per export, listed in ``registry``."""
