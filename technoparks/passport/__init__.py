"""A person's inductions: what they have, and what there is to be passed."""
