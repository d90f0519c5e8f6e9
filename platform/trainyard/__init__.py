"""The site: the only room that sees courses, the job market and the trainer service."""

from trainyard.celery import app as celery_app

__all__ = ["celery_app"]
__version__ = "0.1.0"
