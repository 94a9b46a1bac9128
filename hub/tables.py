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
    sa.Column("fields", sa.JSON, nullable=False, server_default="{}"),  # of the form above the text, by name
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
    sa.Column("may_be_asked", sa.Boolean, nullable=False),  # by other regions, about what it has come far with
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

forum_thread = sa.Table(
    "forum_thread",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("category", sa.String(40), nullable=False),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("about", sa.String(80), nullable=False),  # what it stands beside, such as level:hop-out, or empty
    sa.Column("question", sa.Boolean, nullable=False),
    sa.Column("waiting", sa.Boolean, nullable=False),  # a question that has no accepted answer
    sa.Column("seed", sa.String(40), unique=True),  # the editors' question in content/forum
    sa.Column("author", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("author_name", sa.String(160), nullable=False),  # stays readable when the account is gone
    sa.Column("last_name", sa.String(160), nullable=False),
    sa.Column("last_author", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("activity_at", UtcDateTime, nullable=False),
    sa.Column("posts", sa.Integer, nullable=False),  # the number of the last one
    sa.Column("pinned", sa.Boolean, nullable=False),
    sa.Column("locked", sa.Boolean, nullable=False),
    sa.Column("accepted", sa.String(16), nullable=False),  # id of a post, or empty
    sa.Column("accepted_at", UtcDateTime),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("hidden_at", UtcDateTime, index=True),
    sa.Column("removed_at", UtcDateTime, index=True),
    # Lists leave out what is pinned, so that stands first in what they are ordered by.
    sa.Index("ix_forum_thread_pinned_activity_at_id", "pinned", "activity_at", "id"),
    sa.Index("ix_forum_thread_pinned_created_at_id", "pinned", "created_at", "id"),
    sa.Index("ix_forum_thread_category_activity_at_id", "category", "activity_at", "id"),
    sa.Index("ix_forum_thread_waiting_activity_at_id", "waiting", "activity_at", "id"),
    sa.Index("ix_forum_thread_about_activity_at_id", "about", "activity_at", "id"),
)

forum_tag = sa.Table(
    "forum_tag",
    metadata,
    sa.Column("thread_id", sa.ForeignKey("forum_thread.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag", sa.String(40), primary_key=True),
    sa.Index("ix_forum_tag_tag_thread_id", "tag", "thread_id"),
)

forum_card = sa.Table(
    "forum_card",
    metadata,
    sa.Column("thread_id", sa.ForeignKey("forum_thread.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("level", sa.String(40), nullable=False),  # or empty for another way
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("region", sa.String(2), nullable=False),  # letter code; empty where only its size is to be seen
    sa.Column("video_system", sa.String(120), nullable=False),
    sa.Column("record_system", sa.String(120), nullable=False),
    sa.Column("contact", sa.String(200), nullable=False),
    sa.Column("texts", sa.JSON, nullable=False),
    sa.Index("ix_forum_card_level_year", "level", "year"),
    sa.Index("ix_forum_card_region", "region"),
)

forum_post = sa.Table(
    "forum_post",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("thread_id", sa.ForeignKey("forum_thread.id", ondelete="CASCADE"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),  # in the thread, from 1
    sa.Column("author", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("author_name", sa.String(160), nullable=False),  # stays readable when the account is gone
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("note", sa.String(500), nullable=False),  # what a moderator has set below it, or empty
    sa.Column("hidden_at", UtcDateTime, index=True),
    sa.Column("removed_at", UtcDateTime, index=True),
    sa.UniqueConstraint("thread_id", "number"),
)

forum_revision = sa.Table(
    "forum_revision",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("post_id", sa.ForeignKey("forum_post.id", ondelete="CASCADE"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),  # of the post as it read then
    sa.Column("title", sa.String(120), nullable=False),  # of the thread, for its first post
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("card", sa.JSON(none_as_null=True)),
    sa.Column("by", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),  # who changed it
    sa.Column("by_name", sa.String(160), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),  # a moderator's, or empty
    sa.Index("ix_forum_revision_post_id_id", "post_id", "id"),
)

forum_reaction = sa.Table(
    "forum_reaction",
    metadata,
    sa.Column("post_id", sa.ForeignKey("forum_post.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("ix_forum_reaction_person_id", "person_id"),
)

forum_follow = sa.Table(
    "forum_follow",
    metadata,
    sa.Column("person_id", sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("thread_id", sa.ForeignKey("forum_thread.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("ix_forum_follow_thread_id", "thread_id"),
)

forum_read = sa.Table(
    "forum_read",
    metadata,
    sa.Column("person_id", sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("thread_id", sa.ForeignKey("forum_thread.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),  # of the last post seen
    sa.Index("ix_forum_read_thread_id", "thread_id"),
)

forum_report = sa.Table(
    "forum_report",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("post_id", sa.ForeignKey("forum_post.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("by", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("settled_at", UtcDateTime, index=True),
    sa.Column("settled_by", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
)

forum_measure = sa.Table(
    "forum_measure",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("by", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("by_name", sa.String(160), nullable=False),  # stays readable when the account is gone
    sa.Column("what", sa.String(20), nullable=False),
    # Ids, not references: what was done is still known when what it was done to has been disposed of.
    sa.Column("thread_id", sa.String(16), nullable=False, index=True),
    sa.Column("post_id", sa.String(16), nullable=False, index=True),
    sa.Column("number", sa.Integer, nullable=False),  # of the post
    sa.Column("person_id", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),  # whose text it concerns
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),  # what was there before, so that it can be taken back
)

forum_suspension = sa.Table(
    "forum_suspension",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("by", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("by_name", sa.String(160), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("begins_at", UtcDateTime, nullable=False),
    sa.Column("until", UtcDateTime, index=True),  # empty: until further notice
    sa.Column("lifted_at", UtcDateTime, index=True),
    sa.Column("lifted_by", sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
)

forum_fingerprint = sa.Table(
    "forum_fingerprint",
    metadata,
    # HMAC-SHA256 of what the login provider calls somebody who left while suspended; the key is not in the database.
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("until", UtcDateTime, nullable=False, index=True),
)

forum_change = sa.Table(
    "forum_change",
    metadata,
    # Never given twice, also when the rows before are gone: whoever keeps an index asks for what comes after a number.
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("thread_id", sa.String(16), nullable=False),  # may be gone by now
    sa.Column("post_id", sa.String(16), nullable=False),  # or empty for the thread with all its posts
    sqlite_autoincrement=True,
)

forum_notice = sa.Table(
    "forum_notice",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("person_id", sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),  # hub.forum.news.Kind
    # Both or neither: that somebody may write again concerns no post.
    sa.Column("thread_id", sa.ForeignKey("forum_thread.id", ondelete="CASCADE"), index=True),
    sa.Column("post_id", sa.ForeignKey("forum_post.id", ondelete="CASCADE"), index=True),
    sa.Column("reason", sa.String(500), nullable=False),  # a moderator's, or empty
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("seen_at", UtcDateTime),
    sa.Index("ix_forum_notice_person_id_id", "person_id", "id"),
)

forum_category_follow = sa.Table(
    "forum_category_follow",
    metadata,
    sa.Column("person_id", sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("category", sa.String(40), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
)

forum_mailing = sa.Table(
    "forum_mailing",
    metadata,
    sa.Column("person_id", sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("address", sa.String(254), nullable=False),  # empty until one has been confirmed
    sa.Column("confirmed_at", UtcDateTime),
    sa.Column("told_until", UtcDateTime),  # what came before this has stood in a letter
    sa.Column("failures", sa.Integer, nullable=False),  # refusals in a row
    sa.Column("paused_at", UtcDateTime),
    sa.Column("asked_address", sa.String(254), nullable=False),  # waits for its link to be followed, or empty
    sa.Column("asked_hash", sa.String(64), unique=True),  # SHA-256 of the key in that link
    sa.Column("asked_at", UtcDateTime, index=True),
    sa.Column("asks", sa.Integer, nullable=False),  # links sent within a day of each other
)

forum_letter = sa.Table(
    "forum_letter",
    metadata,
    sa.Column("person_id", sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("week", sa.String(16), primary_key=True),  # such as 2027-W05
    sa.Column("state", sa.String(20), nullable=False),  # hub.forum.letter_store.State
    sa.Column("tried_at", UtcDateTime, nullable=False, index=True),
    sa.Column("retry_at", UtcDateTime),
    sa.Column("end_hash", sa.String(64), unique=True),  # SHA-256 of the key with which the letter lets one end
)

forum_feed = sa.Table(
    "forum_feed",
    metadata,
    sa.Column("person_id", sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("key_hash", sa.String(64), nullable=False, unique=True),  # SHA-256 of the key in the address
    sa.Column("made_at", UtcDateTime, nullable=False),
)
