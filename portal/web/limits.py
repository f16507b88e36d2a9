"""Coarse limits by address, so that nobody drowns the others; in Redis when there is one (security.md §6.1)."""

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from portal.config import Config


def install(app: Flask, config: Config) -> None:
    """Twenty requests a second from one address, bursts of a hundred; files and health checks do not count."""
    if config.testing and not app.config.get("RATELIMIT_IN_TESTS"):
        return
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=config.redis_url or "memory://",
        default_limits=["100 per 5 seconds", "2000 per 5 minutes"],
        strategy="fixed-window",
        in_memory_fallback_enabled=True,  # Redis is away: each process counts for itself, as without Redis
        swallow_errors=True,
    )
    limiter.request_filter(lambda: request.endpoint in (None, "static", "health.show"))
