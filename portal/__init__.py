"""The portal through which a company keeps its promises to its key customers."""

from portal.app import create_app

__all__ = ["create_app"]
