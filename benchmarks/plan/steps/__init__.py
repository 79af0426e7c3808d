"""Steps of plans as frozen dataclasses: every field typed, parents by role."""
