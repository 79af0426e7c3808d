"""Changes of an image's intensities that leave its anatomy unchanged."""
