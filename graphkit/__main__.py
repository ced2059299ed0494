"""`python -m graphkit` is the command `graphkit`."""

from graphkit.cli import main

main()
