"""`python -m bot`: the same as `briefbot`."""

from bot.cli import main

main()
