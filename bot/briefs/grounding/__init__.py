"""What a sentence claims (numbers, dates, names, quotations, directions), held against what its sources say. Pure."""
