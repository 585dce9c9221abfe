"""document → channel: rows that are sent once, whatever fails."""
