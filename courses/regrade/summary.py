"""What a re-grade comes to, in numbers: how many go up and down, and how points lie before and after."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, FloatField, IntegerField, Q
from django.db.models.functions import Cast, Floor, Least

from courses.regrade.models import ItemQuerySet, Outcome, Regrade

BANDS = 10


@dataclass(frozen=True, slots=True)
class Band:
    """Submissions whose share of the points lies in one tenth, before and after."""

    label: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of the submissions in a re-grade; `bands` go from the lowest share of the points."""

    looked_at: int
    up: int
    down: int
    gaining: int
    losing: int
    same: int
    by_persons: int
    kept: int
    applied: int
    overtaken: int
    undone: int
    bands: list[Band]

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """What the list can be narrowed to, with how many there are."""
        counted = {
            "up": ("up", self.up),
            "down": ("down", self.down),
            "gaining": ("gain a pass", self.gaining),
            "losing": ("lose a pass", self.losing),
            Outcome.PERSON: ("decided by a person", self.by_persons),
            Outcome.KEPT: ("kept", self.kept),
            Outcome.OVERTAKEN: ("decided anew", self.overtaken),
        }
        changes = ("", f"all that change ({self.up + self.down})")
        shown = [(name, f"{label} ({count})") for name, (label, count) in counted.items() if count]
        return [changes, *shown, ("all", f"all ({self.looked_at})")]

    @property
    def most(self) -> int:
        """The largest count of a band, at least 1."""
        return max([1, *(band.before for band in self.bands), *(band.after for band in self.bands)])


def of(regrade: Regrade) -> Summary:
    """The numbers of a re-grade, in three queries."""
    is_up, is_down = Q(share_after__gt=F("share_before")), Q(share_after__lt=F("share_before"))
    counts = regrade.items.aggregate(
        looked_at=Count("pk"),
        up=Count("pk", filter=is_up),
        down=Count("pk", filter=is_down),
        gaining=Count("pk", filter=Q(passed_before=False, passed_after=True)),
        losing=Count("pk", filter=Q(passed_before=True, passed_after=False)),
        same=Count("pk", filter=Q(outcome=Outcome.SAME)),
        by_persons=Count("pk", filter=Q(outcome=Outcome.PERSON)),
        kept=Count("pk", filter=Q(outcome=Outcome.KEPT)),
        applied=Count("pk", filter=Q(outcome=Outcome.APPLIED)),
        overtaken=Count("pk", filter=Q(outcome=Outcome.OVERTAKEN)),
        undone=Count("pk", filter=Q(outcome=Outcome.UNDONE)),
    )
    before, after = _tenths(regrade, "share_before"), _tenths(regrade, "share_after")
    bands = [Band(f"{10 * n} to {10 * n + 10} %", before.get(n, 0), after.get(n, 0)) for n in range(BANDS)]
    return Summary(**counts, bands=bands)


def _tenths(regrade: Regrade, field: str) -> dict[int, int]:
    tenth = Least(Floor(F(field) * BANDS, output_field=FloatField()), BANDS - 1.0)
    rows = regrade.items.values(tenth=Cast(tenth, IntegerField())).annotate(n=Count("pk"))
    return {row["tenth"]: row["n"] for row in rows.order_by("tenth")}


def listed(regrade: Regrade, shown: str) -> ItemQuerySet:
    """The submissions of one kind (`up`, `down`, `gaining`, `losing`, an outcome), or all that change."""
    items = regrade.items.for_page()
    kinds = {"up": items.up, "down": items.down, "gaining": items.gaining, "losing": items.losing}
    if shown in kinds:
        return kinds[shown]()
    if shown in Outcome.values:
        return items.filter(outcome=shown)
    return items if shown == "all" else items.exclude(share_after=F("share_before"))
