"""What an operator may set."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.errors import ContentError
from hub.settings import ROOT, Settings, read_settings

SECRET = "0123456789abcdef0123456789abcdef"

DEFAULTS = {
    "port": 8501,
    "host": "127.0.0.1",
    "public_url": "",
    "trusted_proxies": "",
    "var": Path("var"),
    "content": ROOT / "content",
    "cookie_secret": "",
    "operator": "",
    "contact": "",
    "log_level": "info",
    "database_url": "",
    "demo": False,
    "oidc_issuer": "",
    "oidc_client_id": "",
    "oidc_client_secret": "",
    "oidc_roles_claim": "",
    "administrators": "",
    "data_protection_officer": "",
    "public_records": "",
    "disposal": "",
    "retention": "",
    "limit_factor": 1.0,
    "stun_urls": "",
    "turn_urls": "",
    "turn_secret": "",
    "smtp_host": "",
    "smtp_port": 587,
    "smtp_security": "starttls",
    "smtp_user": "",
    "smtp_password": "",
    "smtp_from": "",
}


def fault_of(environ: dict[str, str]) -> ContentError:
    with pytest.raises(ContentError) as caught:
        read_settings(environ)
    return caught.value


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = read_settings({})

    assert settings.model_dump() == DEFAULTS


@pytest.mark.parametrize("blank", ["", " ", "\t"])
@pytest.mark.parametrize("field", Settings.model_fields)
def test_a_variable_left_blank_counts_as_not_set(field: str, blank: str) -> None:
    settings = read_settings({str(Settings.model_fields[field].title): blank})

    assert settings.model_dump() == DEFAULTS


@pytest.mark.parametrize(
    ("variable", "value", "field", "expected"),
    [
        ("PORT", "80", "port", 80),
        ("HUB_HOST", "0.0.0.0", "host", "0.0.0.0"),
        ("HUB_PUBLIC_URL", "https://hub.example.se", "public_url", "https://hub.example.se"),
        ("HUB_PUBLIC_URL", "http://localhost:8501", "public_url", "http://localhost:8501"),
        ("HUB_TRUSTED_PROXIES", "10.0.0.1", "trusted_proxies", "10.0.0.1"),
        ("HUB_VAR", "/var/hub", "var", Path("/var/hub")),
        ("HUB_CONTENT", "/srv/content", "content", Path("/srv/content")),
        ("HUB_COOKIE_SECRET", SECRET, "cookie_secret", SECRET),
        ("HUB_OPERATOR", "Region Exempel", "operator", "Region Exempel"),
        ("HUB_CONTACT", "hub@example.se", "contact", "hub@example.se"),
        ("HUB_LOG_LEVEL", "debug", "log_level", "debug"),
        ("HUB_STUN_URLS", "stun:a.example.se", "stun_urls", "stun:a.example.se"),
        ("HUB_DATABASE_URL", "postgresql+psycopg://h@db/hub", "database_url", "postgresql+psycopg://h@db/hub"),
        ("HUB_DEMO", "1", "demo", True),
        ("HUB_OIDC_ISSUER", "https://login.example.se", "oidc_issuer", "https://login.example.se"),
        ("HUB_PUBLIC_RECORDS", "yes", "public_records", "yes"),
        ("HUB_DISPOSAL", "draft=RS 2026/12; audit=RS 2026/13", "disposal", "draft=RS 2026/12; audit=RS 2026/13"),
        ("HUB_RETENTION", "draft=14, audit=730", "retention", "draft=14, audit=730"),
    ],
)
def test_a_variable_sets_its_field_and_no_other(variable: str, value: str, field: str, expected: object) -> None:
    settings = read_settings({variable: value})

    assert settings.model_dump() == {**DEFAULTS, field: expected}


def test_variables_that_are_not_ours_are_left_alone() -> None:
    settings = read_settings({"HOME": "/root", "HUB_COLOUR": "red", "port": "1"})

    assert settings.model_dump() == DEFAULTS


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "many"),
        ("PORT", "0"),
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("PORT", "80.5"),
        ("HUB_PUBLIC_URL", "hub.example.se"),
        ("HUB_PUBLIC_URL", "ftp://hub.example.se"),
        ("HUB_PUBLIC_URL", "https://"),
        ("HUB_PUBLIC_URL", "https://hub.example.se/"),
        ("HUB_PUBLIC_URL", "https://hub.example.se/hub"),
        ("HUB_PUBLIC_URL", "https://hub example.se"),
        ("HUB_COOKIE_SECRET", SECRET[:-1]),
        ("HUB_LOG_LEVEL", "loud"),
        ("HUB_LOG_LEVEL", "INFO"),
    ],
)
def test_a_value_that_cannot_be_used_names_its_variable(variable: str, value: str) -> None:
    fault = fault_of({variable: value})

    assert (fault.file, fault.place) == ("environment", variable)


def test_the_secret_does_not_show_in_the_settings() -> None:
    settings = read_settings({"HUB_COOKIE_SECRET": SECRET})

    assert SECRET not in repr(settings) + str(settings)


@pytest.mark.parametrize("others", [{}, {"PORT": "many"}, {"HUB_LOG_LEVEL": "loud"}])
def test_the_secret_does_not_show_in_a_fault(others: dict[str, str]) -> None:
    short = SECRET[:20]

    fault = fault_of({"HUB_COOKIE_SECRET": short, **others})

    assert short not in str(fault)


def test_the_settings_cannot_be_changed() -> None:
    settings = read_settings({})

    with pytest.raises(ValidationError):
        settings.port = 80


@pytest.mark.parametrize("field", Settings.model_fields)
def test_each_setting_has_a_variable_of_its_own_and_a_description(field: str) -> None:
    found = Settings.model_fields[field]
    titles = [other.title for other in Settings.model_fields.values()]

    assert (titles.count(found.title), bool(found.description)) == (1, True)


MAIL = {
    "HUB_SMTP_HOST": "smtp.example.se",
    "HUB_SMTP_FROM": "forum@example.se",
    "HUB_PUBLIC_URL": "https://hub.example.se",
}


def test_a_mail_server_is_taken_with_a_sender_and_an_address_for_links() -> None:
    settings = read_settings({**MAIL, "HUB_SMTP_USER": "hub", "HUB_SMTP_PASSWORD": "hemligt"})

    assert (settings.smtp_host, settings.smtp_port, settings.smtp_security) == ("smtp.example.se", 587, "starttls")
    assert "hemligt" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "variable"),
    [
        ({"HUB_SMTP_HOST": "smtp.example.se", "HUB_PUBLIC_URL": "https://hub.example.se"}, "HUB_SMTP_FROM"),
        ({"HUB_SMTP_HOST": "smtp.example.se", "HUB_SMTP_FROM": "forum@example.se"}, "HUB_PUBLIC_URL"),
        ({**MAIL, "HUB_SMTP_USER": "hub"}, "HUB_SMTP_PASSWORD"),
        ({**MAIL, "HUB_SMTP_USER": "hub", "HUB_SMTP_PASSWORD": "x", "HUB_SMTP_SECURITY": "none"}, "HUB_SMTP_SECURITY"),
        ({**MAIL, "HUB_SMTP_FROM": "forum@example.se\r\nBcc: all@example.se"}, "HUB_SMTP_FROM"),
        ({**MAIL, "HUB_SMTP_SECURITY": "ssl"}, "HUB_SMTP_SECURITY"),
    ],
)
def test_settings_of_mail_that_do_not_fit_stop_the_start_and_are_named(given: dict[str, str], variable: str) -> None:
    assert fault_of(given).place == variable
