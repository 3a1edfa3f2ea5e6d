"""Events: forums, sessions, project camps; registration and tickets."""
