"""Places and who has them: pools, registrations, offers, tickets."""
