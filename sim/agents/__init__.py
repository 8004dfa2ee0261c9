"""One file a kind of agent: its columns, its rule, its view."""
