"""What all apps share: tables, text, charts and `web`; imports no app, all but `web` is pure."""
