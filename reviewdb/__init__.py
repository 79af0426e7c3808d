"""The project. Nothing is imported here: the engine uses `reviewdb.common` without Django."""
