"""API plumbing (StrictJSONParser, problem_details)."""
from rest_framework.parsers import JSONParser
class StrictJSONParser(JSONParser):
    """Strict JSON."""
def problem_details(exc, context):
    """RFC 9457."""
    from rest_framework.views import exception_handler
    return exception_handler(exc, context)
