"""How the hours of labs are spent: open, booked, used and missed, counted from the bookings."""
