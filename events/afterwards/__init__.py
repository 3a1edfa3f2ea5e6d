"""What follows an event: what those who came say of it, and the report to whoever held it."""
