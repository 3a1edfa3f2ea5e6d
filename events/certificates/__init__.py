"""Certificates of participants."""
