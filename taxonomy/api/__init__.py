"""API endpoints of the taxonomy app; each one checks input and calls one service or selector."""
