"""Code that several strategies share; no strategy imports another."""
