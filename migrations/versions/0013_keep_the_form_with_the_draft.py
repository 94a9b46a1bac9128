"""Keep the fields of the form above a text with its draft.

Revision 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Go forward; a draft begun before has no fields."""
    op.add_column("draft", sa.Column("fields", sa.JSON(), nullable=False, server_default="{}"))
