"""Which source task to transfer from: the framework of Li et al. 2023, on plain numbers.

No Django, no torch: the engine, the pages and the command line share it.
"""
