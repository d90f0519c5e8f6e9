"""How commands print what they found."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape

from trainyard.operations.health import Finding


def show(findings: Iterable[Finding]) -> bool:
    """Print one line for each finding, with the remedy where it is not well; returns whether all are."""
    console = Console(highlight=False, soft_wrap=True)
    are_well = True
    for finding in findings:
        sign = "[green]✓[/]" if finding.is_well else "[red]✗[/]"
        console.print(f"{sign} {finding.name:12} {escape(finding.detail)}")
        if not finding.is_well:
            console.print(f"  {'':12} [bold]{escape(finding.remedy)}[/]")
            are_well = False
    return are_well
