"""Networks: how they are built, initialised, combined, and what their outputs mean."""
