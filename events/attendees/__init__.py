"""What an organiser does with those who are registered for one event: finds, decides, exports, writes to them."""
