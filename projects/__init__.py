"""Joint projects of organisations and challenges of companies, roadmaps; pledges and internships are to come."""
