"""What every answer carries, pages, fragments, errors and files alike (security.md F)."""

from flask import Flask, request

PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; "
    "manifest-src 'self'"
)
FILE = "default-src 'none'; sandbox"


def install(app: Flask, https: bool) -> None:
    """Put the headers on every answer of this application."""

    @app.after_request
    def _headers(response):
        kept = response.headers
        kept.setdefault("Content-Security-Policy", PAGE)
        kept["X-Content-Type-Options"] = "nosniff"
        kept["Referrer-Policy"] = "same-origin"
        kept["Cross-Origin-Opener-Policy"] = "same-origin"
        kept["Cross-Origin-Resource-Policy"] = "same-origin"
        kept["X-Frame-Options"] = "DENY"
        kept["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
        if https:
            kept["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request.endpoint != "static":
            kept.setdefault("Cache-Control", "no-store")
            response.vary.update(("Cookie", "HX-Request", "HX-Target"))
        return response
