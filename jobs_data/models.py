"""Sources, immutable snapshots and what they hold: published figures and job listings."""

from __future__ import annotations

import secrets
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

SHORT_HASH = 12


class Origin(models.TextChoices):
    """Where figures come from; the three never mix and are always labelled."""

    PUBLISHED = "published", "published figures"
    IMPORTED = "imported", "imported data"
    GENERATED = "generated", "generated demo data"


class Source(models.Model):
    """A publication or a data provider, with its licence and how to cite it."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    origin = models.CharField(max_length=9, choices=Origin.choices)
    citation = models.TextField()
    published_on = models.DateField(null=True, blank=True)
    licence = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title


class Snapshot(models.Model):
    """An immutable import of a source, named by the hash of its content.

    One snapshot of a source is current: pages show it. The others stay, so that what was cited can be
    recomputed; a withdrawn one answers that it is gone, and why.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="snapshots")
    sha256 = models.CharField(max_length=64, unique=True)
    rows = models.PositiveIntegerField()
    is_current = models.BooleanField(default=False)
    imported_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-imported_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=models.Q(is_current=True), name="one_current_snapshot_per_source"
            ),
            models.CheckConstraint(
                condition=models.Q(is_current=False) | models.Q(withdrawn_at=None),
                name="a_withdrawn_snapshot_is_not_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.short_hash}"

    @property
    def short_hash(self) -> str:
        """The first twelve hex digits: what addresses and pages print."""
        return self.sha256[:SHORT_HASH]


class Import(models.Model):
    """Where an imported snapshot came from and what became of each row; its tables lie in the data folder.

    Every row that was read is accepted, quarantined with a reason, or merged into another.
    """

    snapshot = models.OneToOneField(Snapshot, on_delete=models.CASCADE, related_name="import_record")
    input_name = models.CharField(max_length=255)
    input_sha256 = models.CharField(max_length=64, db_index=True)
    descriptor = models.SlugField(max_length=100)
    read = models.PositiveBigIntegerField()
    accepted = models.PositiveBigIntegerField()
    quarantined = models.PositiveBigIntegerField()
    merged = models.PositiveBigIntegerField()
    report = models.JSONField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(read=models.F("accepted") + models.F("quarantined") + models.F("merged")),
                name="every_row_read_is_accounted_for",
            )
        ]

    def __str__(self) -> str:
        return f"{self.input_name} ({self.descriptor})"


class UploadState(models.TextChoices):
    """Where an upload is on its way: checked by a worker, confirmed by a person, imported by a worker."""

    RECEIVED = "received", "waits to be checked"
    CHECKING = "checking", "is being checked"
    CHECKED = "checked", "waits for your decision"
    CONFIRMED = "confirmed", "waits to be imported"
    IMPORTING = "importing", "is being imported"
    IMPORTED = "imported", "imported"
    REFUSED = "refused", "refused"
    DISCARDED = "discarded", "discarded"


class UploadQuerySet(models.QuerySet["Upload"]):
    """Uploads by what is to be done with them."""

    # A worker that claims one moves it from the left to the right; a lost one goes back.
    WORK: ClassVar[dict[str, str]] = {
        UploadState.RECEIVED: UploadState.CHECKING,
        UploadState.CONFIRMED: UploadState.IMPORTING,
    }

    def waiting(self) -> UploadQuerySet:
        """Those that a worker may take, the oldest first."""
        return self.filter(state__in=self.WORK).order_by("pk")

    def held(self) -> UploadQuerySet:
        """Those that a worker has, or had when it died."""
        return self.filter(state__in=self.WORK.values())

    def open_to_decision(self) -> UploadQuerySet:
        """Those whose file is here and that no worker holds."""
        return self.filter(state__in=(UploadState.RECEIVED, UploadState.CHECKED, UploadState.REFUSED))


class Upload(models.Model):
    """A file that a member of staff sent to be imported: a row that workers carry on, whoever of them dies.

    `execution` is the fencing token: a worker's writes name it, and one whose lease ended writes nothing.
    `fraction` (0-1) is how much of the file is read, null where that is unknown.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    source = models.SlugField(max_length=100, blank=True)
    collected = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=9, choices=UploadState.choices, default=UploadState.RECEIVED)
    received_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    execution = models.PositiveIntegerField(default=0)
    losses = models.PositiveIntegerField(default=0)
    lease_ends_at = models.DateTimeField(null=True)
    rows = models.PositiveBigIntegerField(default=0)
    fraction = models.FloatField(null=True)
    report = models.JSONField(default=dict)
    message = models.TextField(blank=True)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=("checking", "importing")) ^ models.Q(lease_ends_at=None),
                name="an_upload_is_leased_while_a_worker_has_it",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_state_display()}"

    @property
    def is_moving(self) -> bool:
        """Whether a worker has it, or will take it by itself."""
        return self.state in {*UploadQuerySet.WORK, *UploadQuerySet.WORK.values()}

    @property
    def is_open_to_decision(self) -> bool:
        """Whether a person may confirm, check again or discard it."""
        return self.state in (UploadState.RECEIVED, UploadState.CHECKED, UploadState.REFUSED)


class Observation(models.Model):
    """One published number: a statistic's value for one label, exactly as the source printed it.

    `sample_size` is null where the source does not state it, `year` where it names none.
    """

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="observations")
    statistic = models.SlugField()
    position = models.PositiveIntegerField()
    label = models.CharField(max_length=200)
    value = models.FloatField()
    unit = models.CharField(max_length=100)
    year = models.PositiveIntegerField(null=True)
    sample_size = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["statistic", "position"]
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "statistic", "label"], name="one_value_per_label")
        ]

    def __str__(self) -> str:
        return f"{self.statistic}: {self.label} = {self.value}"


class Listing(models.Model):
    """One job posting as its source shows it, with the pay range read from its text (unconverted)."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="listings")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    company = models.CharField(max_length=200)
    location = models.CharField(max_length=200)
    employment = models.CharField(max_length=100)
    level = models.CharField(max_length=100)
    salary = models.CharField(max_length=100)
    salary_min = models.DecimalField(max_digits=12, decimal_places=2)
    salary_max = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "position"], name="one_listing_per_position"),
            models.CheckConstraint(
                condition=models.Q(salary_min__lte=models.F("salary_max")), name="salary_range_is_ordered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.company}"


def new_feed_token() -> str:
    """An address that nobody guesses: 256 random bits."""
    return secrets.token_urlsafe(32)


class SavedSearch(models.Model):
    """A search of the job list that someone keeps: `query` is its address, without order and page.

    Postings of the snapshots in `looked_at` are no news; those of later snapshots become matches.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches"
    )
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000, blank=True)
    is_mailed = models.BooleanField(default=False)
    feed_token = models.CharField(max_length=43, unique=True, default=new_feed_token)
    looked_at = models.ManyToManyField(Snapshot, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_saved_search_per_name")]

    def __str__(self) -> str:
        return self.name


class DigestState(models.TextChoices):
    """Where a mail of new matches is: `sending` is in the hands of one worker and never tried again."""

    PENDING = "pending", "waits to be sent"
    SENDING = "sending", "is being sent"
    SENT = "sent", "sent"
    FAILED = "failed", "not sent"


class Digest(models.Model):
    """One mail of new matches of a saved search. `attempts` counts refusals by the mail server."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="digests")
    state = models.CharField(max_length=7, choices=DigestState.choices, default=DigestState.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["search"],
                condition=models.Q(state__in=("pending", "sending")),
                name="one_open_digest_per_saved_search",
            )
        ]

    def __str__(self) -> str:
        return f"{self.search_id} {self.get_state_display()}"


class MatchQuerySet(models.QuerySet["Match"]):
    """Matches by what may still be shown."""

    def shown(self) -> MatchQuerySet:
        """Those whose snapshot was not withdrawn, the newest first, with what a line of text needs."""
        return self.filter(snapshot__withdrawn_at=None).select_related("snapshot__source").order_by("-pk")


class Match(models.Model):
    """A posting that was new to a saved search; `identity` is the same for it in every snapshot."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="matches")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="+")
    row_no = models.PositiveBigIntegerField()
    identity = models.CharField(max_length=32)
    title = models.CharField(max_length=300)
    company = models.CharField(max_length=300, blank=True)
    digest = models.ForeignKey(Digest, on_delete=models.SET_NULL, null=True, related_name="matches")
    found_at = models.DateTimeField(db_default=Now())

    objects = MatchQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["search", "identity"], name="a_posting_matches_a_search_once")
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.company}" if self.company else self.title
