"""A small app that knows our words and templates: paper itself needs no database."""

import pytest
from flask import Flask
from flask_babel import Babel
from jinja2 import StrictUndefined

from portal.reports import pdf


@pytest.fixture(scope="session")
def paper_app():
    app = Flask("portal")
    app.config["BABEL_DEFAULT_LOCALE"] = "zh_Hans_CN"
    Babel(app)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    yield app
    pdf.close()


@pytest.fixture
def printing(paper_app):
    with paper_app.app_context():
        yield paper_app
