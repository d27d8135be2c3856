"""The commands. Each is a module of its own name that holds a click command; group.py finds it by that name."""
