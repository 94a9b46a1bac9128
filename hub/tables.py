"""Every table of the database in one place, as ``migrations/`` builds them; a test holds the two equal.

Stores write the queries; nothing but stores and migrations imports this.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa


class UtcDateTime(sa.types.TypeDecorator[dt.datetime]):
    """A moment in UTC on every database; SQLite itself would give it back without its zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:  # noqa: ARG002
        """Refuse a moment without zone, and store it as UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:  # noqa: ARG002
        """Return the moment with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

person = sa.Table(
    "person",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("issuer", sa.String(300), nullable=False),
    sa.Column("subject", sa.String(300), nullable=False),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("region", sa.String(2), nullable=False),  # letter code, or empty
    sa.Column("organisation", sa.String(120), nullable=False),
    sa.Column("role_words", sa.String(120), nullable=False),
    sa.Column("shown", sa.String(20), nullable=False),  # what others see; hub.identity.rules.Shown
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("notices", sa.String(20), nullable=False),
    sa.Column("rules_version", sa.Integer, nullable=False),  # 0: has not consented
    sa.Column("consented_at", UtcDateTime),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("deleted_at", UtcDateTime),
    sa.UniqueConstraint("issuer", "subject"),
)

role = sa.Table(
    "role",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("region", sa.String(2), nullable=False),
    sa.Column("origin", sa.String(20), nullable=False),  # claims, settings or administrator
    sa.Column("granted_by", sa.String(32), nullable=False),
    sa.Column("granted_at", UtcDateTime, nullable=False),
    sa.Column("withdrawn_at", UtcDateTime),
    sa.Column("withdrawn_by", sa.String(32)),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("id_hash", sa.String(64), primary_key=True),  # SHA-256 of the id in the cookie
    sa.Column("public_id", sa.String(32), nullable=False, unique=True),
    sa.Column("person_id", sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("demo", sa.Boolean, nullable=False),
    sa.Column("device", sa.String(120), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("revoked_at", UtcDateTime),
)

command = sa.Table(
    "command",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("by", sa.String(80), nullable=False),
    sa.Column("result", sa.JSON, nullable=False),
    sa.Column("done_at", UtcDateTime, nullable=False, index=True),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("by", sa.String(80), nullable=False),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("object", sa.String(80), nullable=False, index=True),
    sa.Column("facts", sa.JSON, nullable=False),
)

draft = sa.Table(
    "draft",
    metadata,
    sa.Column("owner", sa.String(80), primary_key=True),
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("base", sa.String(40), nullable=False),  # which version of the thing it was begun from, or empty
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("saved_at", UtcDateTime, nullable=False, index=True),
)

due = sa.Table(
    "due",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("claimed_until", UtcDateTime),
    sa.Column("last_done_at", UtcDateTime),
    sa.Column("last_result", sa.JSON, nullable=False),
)

plan = sa.Table(
    "plan",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("channel", sa.String(32), nullable=False, unique=True),  # what those who may read listen to
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("region", sa.String(2), nullable=False, index=True),  # letter code, or empty
    sa.Column("owner", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("edit_hash", sa.String(64), nullable=False),  # SHA-256 of the key in the edit link
    sa.Column("read_hash", sa.String(64), nullable=False),
    sa.Column("guide", sa.Text, nullable=False),  # the guide's query: answers per service, with version
    sa.Column("basis", sa.JSON, nullable=False),  # what the guide made of the answers when last looked through
    sa.Column("texts", sa.JSON, nullable=False),  # the officer's own texts of the board document
    sa.Column("notes", sa.Text, nullable=False),
    sa.Column("notes_version", sa.Integer, nullable=False),
    sa.Column("stage", sa.String(20), nullable=False),
    sa.Column("stage_at", UtcDateTime, nullable=False),
    sa.Column("published", sa.Boolean, nullable=False),
    sa.Column("asks_help", sa.String(500), nullable=False),
    sa.Column("asks_help_at", UtcDateTime),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("deleted_at", UtcDateTime),
)

plan_item = sa.Table(
    "plan_item",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("plan_id", sa.ForeignKey("plan.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("text", sa.String(600), nullable=False),
    sa.Column("owner_role", sa.String(80), nullable=False),
    sa.Column("due_on", sa.Date),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("stage", sa.String(20), nullable=False),  # the stage it belongs to, or empty
    sa.Column(
        "origin", sa.String(120), nullable=False
    ),  # where it came from, such as guide:1:step:it:2; empty: written here
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("removed_at", UtcDateTime),
)

plan_comment = sa.Table(
    "plan_comment",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("plan_id", sa.ForeignKey("plan.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("item_id", sa.ForeignKey("plan_item.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("author", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("author_name", sa.String(160), nullable=False),  # stays readable when the account is gone
    sa.Column("support", sa.Boolean, nullable=False),  # written by a coach or an administrator
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("removed_at", UtcDateTime),
)

plan_event = sa.Table(
    "plan_event",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("plan_id", sa.ForeignKey("plan.id", ondelete="CASCADE"), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("by", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("by_name", sa.String(160), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("item_id", sa.String(16), nullable=False),
    sa.Column("before", sa.JSON, nullable=False),
    sa.Column("after", sa.JSON, nullable=False),
    sa.Column("undone", sa.Boolean, nullable=False),
    sa.Index("ix_plan_event_plan_id_id", "plan_id", "id"),
)

correction = sa.Table(
    "correction",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("region", sa.String(2), nullable=False, index=True),  # letter code
    sa.Column("trace", sa.String(60), nullable=False),  # id in data/regions/traces.csv, or empty
    sa.Column("platform", sa.String(200), nullable=False),
    sa.Column("routes", sa.String(120), nullable=False),  # with a space between
    sa.Column("stage", sa.String(10), nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("source", sa.String(500), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("author", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("author_name", sa.String(160), nullable=False),  # stays readable when the account is gone
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("withdrawn_at", UtcDateTime),
    sa.Column("withdrawn_by", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
)

survey_round = sa.Table(
    "survey_round",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("questionnaire", sa.Integer, nullable=False),  # the version in content/survey
    sa.Column("title_sv", sa.String(80), nullable=False),
    sa.Column("title_en", sa.String(80), nullable=False),
    sa.Column("opens_at", UtcDateTime, nullable=False),
    sa.Column("closes_at", UtcDateTime, nullable=False),
    sa.Column("frozen_at", UtcDateTime),
    sa.Column("snapshot", sa.JSON(none_as_null=True)),  # the national figures as they were at the close
)

survey_part = sa.Table(
    "survey_part",
    metadata,
    sa.Column("round_id", sa.ForeignKey("survey_round.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("region", sa.String(2), primary_key=True),  # letter code
    sa.Column("visibility", sa.String(10), nullable=False),
    sa.Column("answer_hash", sa.String(64), nullable=False),  # SHA-256 of the key in the link for colleagues
    sa.Column("texts", sa.JSON, nullable=False),  # answers in words, by question
    sa.Column("needs", sa.JSON, nullable=False),
    sa.Column("submitted_at", UtcDateTime),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("widest", sa.String(10), nullable=False),  # the most open since something was handed in, or empty
    sa.Column("at_close", sa.String(10), nullable=False),  # the visibility as the round closed, or empty
)

survey_answer = sa.Table(
    "survey_answer",
    metadata,
    sa.Column("round_id", sa.ForeignKey("survey_round.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("region", sa.String(2), primary_key=True),
    sa.Column("owner", sa.String(80), primary_key=True),  # the visitor's key
    sa.Column("statement", sa.String(60), primary_key=True),
    sa.Column("name", sa.String(160), nullable=False),
    sa.Column("choice", sa.String(16), nullable=False),  # 1 to 5, dont-know, not-applicable; empty: taken back
    sa.Column("evidence", sa.String(500), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("saved_at", UtcDateTime, nullable=False, index=True),
    sa.Index("ix_survey_answer_owner", "owner"),
)

survey_settled = sa.Table(
    "survey_settled",
    metadata,
    sa.Column("round_id", sa.ForeignKey("survey_round.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("region", sa.String(2), primary_key=True),
    sa.Column("statement", sa.String(60), primary_key=True),
    sa.Column("choice", sa.String(16), nullable=False),
    sa.Column("evidence", sa.String(500), nullable=False),
    sa.Column("by", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("by_name", sa.String(160), nullable=False),  # stays readable when the account is gone
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("saved_at", UtcDateTime, nullable=False),
)

survey_event = sa.Table(
    "survey_event",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("round_id", sa.ForeignKey("survey_round.id", ondelete="CASCADE"), nullable=False),
    sa.Column("region", sa.String(2), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("by", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("by_name", sa.String(160), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("statement", sa.String(60), nullable=False),
    sa.Column("before", sa.JSON, nullable=False),
    sa.Column("after", sa.JSON, nullable=False),
    sa.Index("ix_survey_event_round_id_region_id", "round_id", "region", "id"),
)

plan_seen = sa.Table(
    "plan_seen",
    metadata,
    sa.Column("person_id", sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("plan_id", sa.ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),  # the last one seen
    sa.Index("ix_plan_seen_plan_id", "plan_id"),
)
