"""The comparison: strategies beside each other in scenarios, each measured from its baseline."""
