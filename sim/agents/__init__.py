"""State and decisions: one Mesa agent class a file."""
