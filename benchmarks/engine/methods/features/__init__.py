"""Images and network features as tables that classical models read."""
