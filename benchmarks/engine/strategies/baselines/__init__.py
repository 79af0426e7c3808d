"""What every strategy is measured from: no transfer, from one domain, the other or both."""
