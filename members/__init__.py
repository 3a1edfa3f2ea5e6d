"""People and organisations: who they are, what they may do, how they stand in the association."""
