from django.conf import settings
from django.http import HttpResponse

A_YEAR = 365 * 24 * 60 * 60  # s


def remember(response: HttpResponse, name: str, value: str) -> None:
    """Keep a setting of the reader's in a cookie that no script needs to see."""
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(name, value, max_age=A_YEAR, samesite="Lax", secure=secure, httponly=True)
