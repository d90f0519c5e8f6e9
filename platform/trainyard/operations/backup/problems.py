"""What stops a backup or a restore."""


class BackupError(Exception):
    """Says in one or two sentences what is wrong and what to do; nothing was changed."""
