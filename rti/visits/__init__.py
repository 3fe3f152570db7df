"""Visits of monitors to public bodies: what these publish, on the notice board or online, without being asked."""
