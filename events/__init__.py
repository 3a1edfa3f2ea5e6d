"""Events: forums, sessions, project camps; registration, tickets, certificates. Not begun."""
