#!/usr/bin/env python3
"""Django's command line for this project: `python manage.py help`."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here. Run `make install`, then use .venv/bin/python.")
    from tracker.lib.env import BadVariable

    try:
        execute_from_command_line(sys.argv)
    except BadVariable as error:
        # One line for whoever set the variable; a traceback would hide it.
        sys.exit(f"Not started. {error}")


if __name__ == "__main__":
    main()
