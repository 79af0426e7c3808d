"""What people send from pages; rules live in services, forms only shape the input."""
