"""Applying to groups, and learning in them: pages of parents, adult learners and schools."""
