"""Find the talk beside things in the order it is shown.

Revision 0009, after 0008.
"""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Go forward."""
    op.drop_index("ix_forum_thread_about", "forum_thread")
    op.create_index("ix_forum_thread_about_activity_at_id", "forum_thread", ["about", "activity_at", "id"])
