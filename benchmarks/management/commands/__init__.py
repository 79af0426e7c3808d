"""`manage.py` commands about runs and results."""
