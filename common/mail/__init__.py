"""Outgoing mail: written as rows of the database in the transaction that has a reason for it, sent by a relay."""
