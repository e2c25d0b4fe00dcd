"""The filter with which every page tells a moment."""

from datetime import datetime

from django import template

from spine_cds.dates import MINUTE, told

register = template.Library()


@register.filter
def moment(value: datetime | None, form: str = MINUTE) -> str:
    """In the site's zone, which is named: ``{{ case.updated_at|moment }}``."""
    return told(value, form)
