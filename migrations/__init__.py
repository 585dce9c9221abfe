"""The schema, version by version, forward only; applied by `bot.store.migrate`."""
