"""What PostgreSQL does by itself for lists: the province of its body stands in each request, and with each body where it is.

So the requests of a province are read in the order of a list, by one index and not body by body, and no list joins the
areas of its bodies.
"""

from collections.abc import Mapping

PLACING: Mapping[str, tuple[str, str]] = {
    "request_placed()": (
        "trigger LANGUAGE plpgsql",
        """BEGIN
            NEW.province_code := (SELECT province_code FROM public.public_body WHERE id = NEW.body_id);
            RETURN NEW;
        END""",
    ),
    "body_placed()": (
        "trigger LANGUAGE plpgsql",
        """BEGIN
            UPDATE public.request SET province_code = NEW.province_code WHERE body_id = NEW.id;
            RETURN NULL;
        END""",
    ),
    "body_located()": (
        "trigger LANGUAGE plpgsql",
        """BEGIN
            SELECT string_agg(name_km, ', ' ORDER BY code DESC), string_agg(name_en, ', ' ORDER BY code DESC)
            INTO NEW.place_km, NEW.place_en FROM public.area
            WHERE code IN (left(NEW.area_code, 2), left(NEW.area_code, 4), left(NEW.area_code, 6))
                AND NOT (NEW.kind LIKE '%_administration' AND code = NEW.area_code);
            RETURN NEW;
        END""",
    ),
    "area_named()": (
        "trigger LANGUAGE plpgsql",
        """BEGIN
            UPDATE public.public_body SET area_code = area_code WHERE area_code LIKE NEW.code || '%';
            RETURN NULL;
        END""",
    ),
}
"""Functions of the schema `rti`, with the owner's rights: what they return and their body."""

PLACED = (
    """CREATE TRIGGER request_placed BEFORE INSERT OR UPDATE OF body_id ON request
        FOR EACH ROW EXECUTE FUNCTION rti.request_placed()""",
    """CREATE TRIGGER body_placed AFTER UPDATE OF province_code ON public_body
        FOR EACH ROW WHEN (OLD.province_code IS DISTINCT FROM NEW.province_code) EXECUTE FUNCTION rti.body_placed()""",
    """CREATE TRIGGER body_located BEFORE INSERT OR UPDATE OF area_code, kind ON public_body
        FOR EACH ROW EXECUTE FUNCTION rti.body_located()""",
    """CREATE TRIGGER area_named AFTER UPDATE OF name_km, name_en ON area
        FOR EACH ROW WHEN ((OLD.name_km, OLD.name_en) IS DISTINCT FROM (NEW.name_km, NEW.name_en))
        EXECUTE FUNCTION rti.area_named()""",
)
