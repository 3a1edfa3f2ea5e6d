"""The API of events for those who act: what is asked of whoever registers, groups of pupils, the door."""
