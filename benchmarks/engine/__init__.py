"""The engine, which runs a plan: uses torch and MONAI, never Django."""
