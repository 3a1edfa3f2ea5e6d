"""The passport of inductions: how one is got, held and lost, and what becomes of bookings then."""
