"""Plans as frozen dataclasses: cards, requests and steps, without Django and torch."""
