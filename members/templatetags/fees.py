"""Money in words of the reader's language."""

from django import template

from members.membership import fees

register = template.Library()
register.filter("roubles", fees.roubles)
