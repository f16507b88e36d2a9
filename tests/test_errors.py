"""What is logged of a mistake of ours says where it was, and nothing of what people wrote or of their links."""

import pytest
import structlog
from sqlalchemy.exc import IntegrityError

from portal.web import errors
from tests.factories import a_person


def test_a_failing_statement_does_not_say_what_was_written(app):
    known = a_person(email="secret.person@example.test").email
    with pytest.raises(IntegrityError) as failed:
        a_person(email=known)
    assert known not in str(failed.value)


def test_the_log_names_the_route_and_not_the_address_with_its_secret(app):
    with (
        app.test_request_context("/reset/a-secret-of-somebody", method="POST"),
        structlog.testing.capture_logs() as said,
    ):
        errors._logged(ValueError("something"))

    assert said[0]["rule"] == "/reset/<secret>"
    assert "a-secret-of-somebody" not in str(said)
