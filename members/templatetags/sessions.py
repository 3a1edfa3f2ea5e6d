from django import template
from django.utils.translation import gettext as _

register = template.Library()

# A mark in the User-Agent header → what people call it; the first that fits, as most pretend to be others as well.
BROWSERS = {
    "YaBrowser": "Yandex Browser",
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


@register.filter
def device(user_agent: str) -> str:
    """«Firefox, Windows»: enough to know one's own devices by."""
    known = (next((name for mark, name in marks.items() if mark in user_agent), None) for marks in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, known)) or _("unknown device")
