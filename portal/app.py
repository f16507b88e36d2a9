"""create_app(): the table of contents of the portal."""

import logging
from pathlib import Path

import structlog
from flask import Flask, g, request
from flask_babel import Babel
from flask_compress import Compress
from flask_login import current_user
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from portal import clock, faults
from portal.access import doors, navigation, sessions
from portal.cli import portal as commands
from portal.config import Config, from_environment
from portal.db import db, engine_options, tune
from portal.domain import journal, references, sealed, settings
from portal.domain.files import Store, room
from portal.domain.forum import links as forum_links
from portal.domain.people import links
from portal.domain.quality import facts
from portal.domain.surveys import links as survey_links
from portal.i18n import LANGUAGES
from portal.web import assets, drawn, errors, filters, forms, headers, limits, look, pages, words

MIB = 1024 * 1024


def create_app(config: Config | None = None) -> Flask:
    """The whole portal, for one installation."""
    config = config or from_environment()
    app = Flask(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(config.database_url, config.durable),
        MAX_CONTENT_LENGTH=MIB,
        MAX_FORM_PARTS=300,
        SESSION_COOKIE_NAME="__Host-portal" if config.https else "portal",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=config.https,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="zh_Hans_CN",
        TESTING=config.testing,
        JSON_AS_ASCII=False,
    )
    app.url_map.strict_slashes = False  # whoever types an address types it with or without
    app.extensions["portal"] = config
    app.extensions["files"] = Store(config.data / "files")
    faults.arm(config.crash_at)
    links.arm(config.secret_key)
    forum_links.arm(config.secret_key)
    survey_links.arm(config.secret_key)
    journal.arm(config.secret_key)
    sealed.arm(config.secret_key)
    references.arm(config.secret_key)
    facts.follow()
    _speak(app)
    _keep(app)
    _serve(app, config)
    for door in doors.DOORS:
        app.register_blueprint(door)
    app.cli.add_command(commands)
    return app


def _keep(app: Flask) -> None:
    """The database and who asks."""
    db.init_app(app)
    Migrate(app, db, directory=str(Path(__file__).resolve().parent.parent / "migrations"), render_as_batch=True)
    with app.app_context():
        tune(db.engine, app.extensions["portal"].durable)
    sessions.login.init_app(app)
    app.after_request(_touch_session)


def _touch_session(response):
    if request.method == "GET" and request.endpoint not in (None, "static"):
        sessions.touch()
    return response


def _speak(app: Flask) -> None:
    """Words by language, templates and what they may call."""
    Babel(app, locale_selector=_language, default_translation_directories="translations")
    jinja = app.jinja_env
    words.install(jinja)
    jinja.undefined = StrictUndefined
    jinja.trim_blocks = jinja.lstrip_blocks = True
    jinja.policies["ext.i18n.trimmed"] = True
    jinja.filters.update(filters.FILTERS)
    jinja.globals.update(
        now=clock.now, told=filters.told, submission_key=forms.submission_key, asset=assets.url,
        drawn=drawn, url_for=assets.address, navigation=navigation.entries, quality_rooms=navigation.rooms, company=settings.company, policy=settings.policy, called=filters.called, files_room=room, summed_above=pages.summed_above, is_summed_above=pages.is_summed_above, in_sheet=pages.in_sheet, errors_of=forms.errors_of, page_about=assets.page_about,
        current_user=current_user, look=look.url, language=_language, theme=_theme, demo=lambda: app.extensions["portal"].demo,
    )  # fmt: skip
    jinja.globals["csrf_token"] = assets.csrf_token
    jinja.globals.update(
        unread=sessions.unread,
        least_password=lambda: settings.security().password_min,
        invitation_hours=lambda: settings.security().invitation_hours,
    )
    for name in ("ui", "charts"):
        jinja.globals[name] = assets.Macros(jinja, f"shared/{name}.html")


def _language() -> str:
    forced = g.get("language")
    if forced:
        return forced
    if not request:
        return settings.company().language
    if current_user and current_user.is_authenticated:
        return current_user.language
    chosen = request.cookies.get("language")
    if chosen in LANGUAGES:
        return chosen
    known = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return "en" if next((tag for tag in known if tag in ("zh", "en")), "zh") == "en" else "zh_Hans_CN"


def _theme() -> str:
    if current_user and current_user.is_authenticated:
        return current_user.theme
    chosen = request.cookies.get("theme")
    return chosen if chosen in ("light", "dark") else "auto"


def _serve(app: Flask, config: Config) -> None:
    """Headers, errors, CSRF, limits, compression, static files."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR if config.testing else logging.INFO),
    )
    app.before_request(_room_for_files)
    CSRFProtect(app)
    limits.install(app, config)
    headers.install(app, config.https)
    errors.install(app)
    app.config["COMPRESS_LEVEL"] = 3  # a third of the time of level 6 for a tenth more bytes
    Compress(app)
    app.wsgi_app = WhiteNoise(
        app.wsgi_app, root=assets.packed(), prefix=assets.PREFIX, allow_all_origins=False,
        immutable_file_test=lambda path, url: True, max_age=None if config.testing else 31_536_000,
        add_headers_function=assets.headers,
    )  # fmt: skip
    if config.trusted_proxy_hops:
        hops = config.trusted_proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0, x_port=0, x_prefix=0)


def _room_for_files() -> None:
    """Only routes that take files accept a large body."""
    from flask import current_app

    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "files", False):
        request.max_content_length = room().all + 4 * MIB
        request.max_form_memory_size = 2 * MIB
