"""What all apps share of Django: the error shape, lists and cursors, commands."""
