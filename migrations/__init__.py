"""Schema changes in order; `rti migrate` applies them, and tests start from them."""
