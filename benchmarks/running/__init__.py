"""Carries out attempts at runs: starts the engine and stores its events and the final state."""
