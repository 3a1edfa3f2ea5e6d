"""What the directory shows of an organisation: profile, offices, partners."""
