"""The public API: its router, schema and documentation."""
