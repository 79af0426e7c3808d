"""Images and network features as tables, for classical models and density estimates."""
