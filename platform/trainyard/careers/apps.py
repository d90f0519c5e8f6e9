"""The join of both halves: what only the site, which sees courses and the job market, can say."""

from django.apps import AppConfig

from courses import vocabulary as vocabulary_of_courses


class CareersConfig(AppConfig):
    """From the market to the next exercise, and from a graded run to a job."""

    name = "trainyard.careers"
    label = "careers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the courses which skills there are, and give classes their page beside the market."""
        from courses.teaching import tabs  # noqa: PLC0415 - models load first

        from .vocabulary import remedy, title  # noqa: PLC0415 - the dictionary is read when first asked

        vocabulary_of_courses.use(remedy, title)
        tabs.add(tabs.Tab("market", "Market", "careers:cohort", for_graders=False))
