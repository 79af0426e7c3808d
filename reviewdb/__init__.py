"""The Django project; imports nothing, because the engine uses `reviewdb.common` without Django."""
