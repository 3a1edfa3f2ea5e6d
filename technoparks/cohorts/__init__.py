"""Groups of learners: their lessons, who applies and is enrolled, who comes, and what they get for it."""
