"""What depends on the host: brokers, storage, private files, and the processes of `serve`."""
