"""Backups: one tar file with database, stored files, and a manifest of counts and hashes to verify both."""
