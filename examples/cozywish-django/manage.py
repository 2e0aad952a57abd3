#!/usr/bin/env python
"""CozyWish's commands: `python manage.py help` lists them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project_root.settings.local")
    from django.core.management import execute_from_command_line

    from project_root.env import SettingsError

    try:
        execute_from_command_line(sys.argv)
    except SettingsError as error:
        # Whoever has to set a variable needs its name, and no stack of ours.
        sys.exit(str(error))


if __name__ == "__main__":
    main()
