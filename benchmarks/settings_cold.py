"""Production without the cache of whole pages, to see what making a page costs."""

from cluster_portal.settings.production import *

MIDDLEWARE = [name for name in MIDDLEWARE if name != "common.page_cache.PageCacheMiddleware"]
# The generator asks from one address; the limits for one address have tests of their own.
REST_FRAMEWORK = {
    **REST_FRAMEWORK,
    "DEFAULT_THROTTLE_RATES": {
        **REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"],
        "anon": None,
        "search": None,
        "register": None,
    },
}
