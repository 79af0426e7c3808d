"""How studies were found and chosen: reviews, their people, searches and studies."""
