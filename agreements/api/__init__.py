"""Agreements for programs: the public register, and those of the organisations that whoever asks acts for."""
