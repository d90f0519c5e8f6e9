"""The `trainyard` command: every management command, and `python -m trainyard`."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Hand the command line to Django with our settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainyard.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
