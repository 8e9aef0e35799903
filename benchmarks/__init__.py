"""The measuring bench. Nothing in the package imports it, and CI never runs it."""
