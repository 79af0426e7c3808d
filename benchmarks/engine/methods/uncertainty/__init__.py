"""How certain predictions are: entropies of class probabilities, and what is made of them."""
