"""Pages of signing in. Each view parses, calls a service, renders."""
