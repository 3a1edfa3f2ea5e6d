"""Joint projects, challenges of companies, roadmaps, pledges, internships. Not begun."""
