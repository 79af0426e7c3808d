"""Commands of the reviews app."""
