"""Copies of the database, each of one moment and taken while the site runs."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from trainer_service.models import Run
from trainyard.operations.backup.problems import BackupError

Counts = dict[str, int]


def dump(path: Path) -> Counts:
    """Write a copy of the database to `path`; returns its rows by table, of the same moment."""
    return _dump_sqlite(path) if connection.vendor == "sqlite" else _dump_postgresql(path)


def load(path: Path) -> None:
    """Replace the database by the copy at `path`."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(path)) as source:
            source.backup(connection.connection)
        connection.close()  # what it had prepared was for the old tables
        return
    connection.close()
    options = ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction"]
    _run_tool("pg_restore", *options, "--dbname", _database_name(), str(path))


def is_empty() -> bool:
    """Whether nothing would be lost: no tables yet, or neither people nor runs in them."""
    tables = connection.introspection.table_names()
    models = (get_user_model(), Run)
    return not any(model._meta.db_table in tables and model._default_manager.exists() for model in models)


def count() -> Counts:
    """Rows by table, now."""
    with connection.cursor() as cursor:
        counts = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")
            counts[table] = int(cursor.fetchone()[0])
    return counts


def _dump_sqlite(path: Path) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    with closing(sqlite3.connect(path)) as copy:
        tables = copy.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        ).fetchall()
        names = sorted(name for (name,) in tables)
        return {name: copy.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in names}


def _dump_postgresql(path: Path) -> Counts:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        options = ["--format=custom", f"--snapshot={snapshot}", "--file", str(path)]
        _run_tool("pg_dump", *options, "--dbname", _database_name())
        return count()


def _database_name() -> str:
    return str(connection.settings_dict["NAME"])


def _run_tool(name: str, *arguments: str) -> None:
    """Run a program of PostgreSQL against the site's database; the password goes by the environment."""
    program = shutil.which(name)
    if program is None:
        raise BackupError(f"{name} is not installed; it comes with PostgreSQL's client programs.")
    given = connection.settings_dict
    variables = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    environment = {variable: str(given[key]) for variable, key in variables.items() if given.get(key)}
    done = subprocess.run(
        [program, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BackupError(f"{name} failed: {done.stderr.strip()}")
