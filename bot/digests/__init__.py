"""topic → edition: when a digest is due and what stands in it."""
