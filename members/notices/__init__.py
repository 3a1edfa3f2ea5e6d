"""What people are told, on the portal and by mail."""
