"""A day of news with no network: sample feeds written for the project, served on loopback."""
