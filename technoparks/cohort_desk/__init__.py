"""Programmes and groups in the dashboard of the technopark that holds them."""
