"""The comparison protocol: strategies are compared in scenarios, each with its baseline."""
