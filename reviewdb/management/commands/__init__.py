"""`manage.py` commands about the project as a whole."""
