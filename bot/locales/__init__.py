"""What the bot says in other languages: gettext catalogues, one for each part of the bot."""
