"""How to run a plan: torch and MONAI live here, Django never does."""
