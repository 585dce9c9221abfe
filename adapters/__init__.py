"""Chat platforms; each folder is one implementation of `bot.ports.Adapter`, loaded by name."""
