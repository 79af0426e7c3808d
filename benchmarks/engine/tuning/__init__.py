"""The search of rate and strength on development sites, from the engine's command line."""
