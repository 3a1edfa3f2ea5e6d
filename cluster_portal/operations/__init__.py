"""What keeps the portal running: backups, and migrations that do not stop it."""
