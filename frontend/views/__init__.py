"""Pages: read the request, call selectors or one service, render."""
