"""edition → document: messages as meaning, cut to the limits of a platform."""
