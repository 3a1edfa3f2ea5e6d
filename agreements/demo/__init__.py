"""Agreements of the stories, and some under way for the demo log-ins."""
