"""The pages of ReviewDB: views, presenters, forms, templates and static files."""
