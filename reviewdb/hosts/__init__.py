"""What differs between hosts: brokers and storage, from environment variables."""
