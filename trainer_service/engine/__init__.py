"""The training engine: pure Python, torch and scikit-learn; it knows neither Django nor Celery.

Kept empty on purpose: `engine.spec`, `engine.estimate`, `engine.catalogue` and `engine.results` load no
numerical library, so the web may import them.
"""
