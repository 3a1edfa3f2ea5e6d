"""Consents that people give and withdraw, each in the words of its text."""
