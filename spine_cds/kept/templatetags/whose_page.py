"""The tag `csrf_token` for all templates: the form also says whose page it is on."""

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import escape

from spine_cds.kept.page import FIELD

register = template.Library()


class PageTokenNode(CsrfTokenNode):
    """Two hidden fields in place of one."""

    def render(self, context: Any) -> str:
        fields = super().render(context)
        page = getattr(context.get("csrf_token"), "page", "")
        if not page:
            return fields
        return f'{fields}<input type="hidden" name="{FIELD}" value="{escape(page)}">'


@register.tag
def csrf_token(parser: Parser, token: Token) -> PageTokenNode:
    return PageTokenNode()
