"""The ground floor: imports no app; all but `web` is pure."""
