"""story → brief: headline, deck, lede and sections from the story's sources, and nothing else."""
