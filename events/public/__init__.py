"""What everybody may read of events: the list, the month, the page, their calendars."""
