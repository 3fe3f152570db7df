"""Areas of Cambodia, and the public bodies that can be asked."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, Choice, new_id
from rti.models.names import InBothLanguages


class AreaLevel(StrEnum):
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class BodyKind(StrEnum):
    MINISTRY = "ministry"
    PROVINCE_ADMINISTRATION = "province_administration"
    DISTRICT_ADMINISTRATION = "district_administration"
    COMMUNE_ADMINISTRATION = "commune_administration"
    HEALTH_CENTRE = "health_centre"
    PRIMARY_SCHOOL = "primary_school"
    SECONDARY_SCHOOL = "secondary_school"
    POLICE_POST = "police_post"
    ONE_WINDOW_SERVICE = "one_window_service"
    OTHER = "other"


class AreaRow(Base):
    """A province, district or commune by its official code (2, 4 or 6 digits)."""

    __tablename__ = "area"

    code: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[AreaLevel] = mapped_column(Choice(AreaLevel))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    name_km: Mapped[str]
    name_en: Mapped[str]


class PublicBodyRow(InBothLanguages, Base):
    """A public body, which can be asked until the day `closed_on`. `province_code` repeats the first two digits of its area.

    `note` is what one should know before one goes there. Triggers of `rti.row_security.placing`, and nobody else, write
    `place_km` and `place_en`: the areas in which it lies, the innermost first, without the one that it governs and is named after.
    """

    __tablename__ = "public_body"
    __table_args__ = (
        Index(None, "kind", "name_en", "id"),
        Index(None, "name_km_order", "code"),
        Index(None, "name_en_order", "code"),
        Index(None, "province_code"),
        Index(None, "area_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[BodyKind] = mapped_column(Choice(BodyKind))
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    province_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    place_km: Mapped[str | None]
    place_en: Mapped[str | None]
    country: Mapped[str] = mapped_column(default="KH")
    address: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime]
    closed_on: Mapped[date | None]


class FormerNameRow(Base):
    """A former code with its names, of a body or of one merged into it, until a day."""

    __tablename__ = "former_name"
    __table_args__ = (Index(None, "body_id"), Index(None, "code"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    body_id: Mapped[UUID] = mapped_column(ForeignKey("public_body.id"))
    code: Mapped[str]
    name_km: Mapped[str]
    name_en: Mapped[str]
    until: Mapped[date]
    created_at: Mapped[datetime]
