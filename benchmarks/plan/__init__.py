"""What is run, as frozen data: cards, requests, steps; no Django, no torch."""
