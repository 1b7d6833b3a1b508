"""Checks of the manifests: each is a function that yields problems, and each is itself tested in selftest.py."""
