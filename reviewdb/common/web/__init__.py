"""Django parts that all apps share: error shape, lists and cursors, permissions, commands."""
