"""Networks: construction, initialisation, combination, storage, and meaning of outputs."""
