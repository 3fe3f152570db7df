"""Visits of monitors to public bodies: what hangs on the notice board or stands online, without being asked for."""
