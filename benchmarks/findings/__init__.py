"""What results say: rows in, findings and pictures out; no Django, no torch."""
