"""`manage.py` commands that load, publish and export."""
