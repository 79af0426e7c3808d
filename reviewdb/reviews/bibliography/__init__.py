"""Reads bibliographic formats into parsed references, and compares two entries."""
