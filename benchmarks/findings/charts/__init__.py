"""Charts of results as SVG: rows in, picture out."""
