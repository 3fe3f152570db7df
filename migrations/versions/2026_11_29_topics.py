"""topics: what requests are about becomes data; those that requests have are topics from the beginning"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_TABLES = ("request", "former_standing")
_KNOWN = (
    ("development_plan", "ផែនការអភិវឌ្ឍន៍", "Development plans", 20),
    ("budget", "ថវិកា និងចំណាយ", "Budget and spending", 30),
    ("health", "សុខាភិបាល និងមណ្ឌលសុខភាព", "Health and health centres", 70),
    ("education", "អប់រំ និងសាលាបឋមសិក្សា", "Education and primary schools", 80),
    ("security", "ប៉ុស្តិ៍នគរបាល និងសន្តិសុខ", "Police posts and security", 90),
    ("service_fees", "ថ្លៃសេវាសាធារណៈ", "Public service fees", 110),
    ("civil_registration", "អត្រានុកូលដ្ឋាន", "Civil registration", 120),
    ("procurement", "លទ្ធកម្មសាធារណៈ", "Procurement", 150),
    ("land", "ដីធ្លី", "Land", 160),
    ("environment", "បរិស្ថាន", "Environment", 170),
    ("other", "ប្រធានបទផ្សេងទៀត", "Other topic", 180),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    topic = op.create_table(
        "topic",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_km", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_topic")),
    )
    names = ("code", "name_km", "name_en", "place")
    op.bulk_insert(topic, [dict(zip(names, row, strict=True)) for row in _KNOWN])
    for table in _TABLES:
        op.create_foreign_key(op.f(f"fk_{table}_topic_topic"), table, "topic", ["topic"], ["code"])
    op.execute(
        "CREATE TRIGGER count_figures_version AFTER INSERT OR UPDATE OR DELETE ON topic "
        "FOR EACH STATEMENT EXECUTE FUNCTION count_figures_version()"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in _TABLES:
        op.drop_constraint(op.f(f"fk_{table}_topic_topic"), table, type_="foreignkey")
    op.drop_table("topic")
