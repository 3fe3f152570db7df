"""One question of a campaign to many bodies: chosen, previewed, filed by a job, and followed on a board."""
