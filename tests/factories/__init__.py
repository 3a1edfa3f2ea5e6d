"""Rows for tests, by factory_boy; what a test depends on it says itself."""
