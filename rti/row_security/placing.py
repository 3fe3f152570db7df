"""What PostgreSQL does by itself for lists: the province of its body stands in each request.

So the requests of a province are read in the order of a list, by one index and not body by body.
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
}
"""Functions of the schema `rti`, with the owner's rights: what they return and their body."""

PLACED = (
    """CREATE TRIGGER request_placed BEFORE INSERT OR UPDATE OF body_id ON request
        FOR EACH ROW EXECUTE FUNCTION rti.request_placed()""",
    """CREATE TRIGGER body_placed AFTER UPDATE OF province_code ON public_body
        FOR EACH ROW WHEN (OLD.province_code IS DISTINCT FROM NEW.province_code) EXECUTE FUNCTION rti.body_placed()""",
)
