"""Nobody drowns the others: the coarse limit by address, counted in memory and, where there is one, in Redis."""

import os

import pytest
from flask import Flask

from portal.config import from_environment
from portal.web import limits

STORES = ["", os.environ["PORTAL_TEST_REDIS_URL"]] if os.environ.get("PORTAL_TEST_REDIS_URL") else [""]


@pytest.mark.parametrize("redis", STORES, ids=lambda url: url.partition(":")[0] or "memory")
def test_the_hundred_and_first_request_of_a_moment_is_asked_to_wait(tmp_path, redis):
    app = Flask(__name__)
    limits.install(app, from_environment(data=tmp_path, secret_key="x", redis_url=redis or None))
    app.get("/")(lambda: "here")
    browser = app.test_client()

    answers = [browser.get("/", environ_base={"REMOTE_ADDR": "10.9.8.7"}).status_code for _ in range(130)]

    assert answers[:90] == [200] * 90
    assert 429 in answers


def test_without_redis_each_process_counts_for_itself(tmp_path):
    app = Flask(__name__)
    limits.install(app, from_environment(data=tmp_path, secret_key="x", redis_url="redis://127.0.0.1:1/0"))
    app.get("/")(lambda: "here")
    browser = app.test_client()

    answers = [browser.get("/", environ_base={"REMOTE_ADDR": "10.9.8.6"}).status_code for _ in range(130)]

    assert answers[:90] == [200] * 90
    assert 429 in answers
