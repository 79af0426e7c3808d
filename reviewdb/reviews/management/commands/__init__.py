"""`manage.py` commands about reviews and their bibliography."""
