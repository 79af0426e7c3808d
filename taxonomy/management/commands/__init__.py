"""`manage.py` commands that load and export reviews and publish statements."""
