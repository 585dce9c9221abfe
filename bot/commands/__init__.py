"""What can be asked of the bot, declared once for every platform."""
