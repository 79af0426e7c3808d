"""The app of reviews, their members, searches and studies: how studies were found and chosen."""
