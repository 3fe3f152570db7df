"""One question of a campaign to many bodies: chosen, foreseen, filed by a job, and watched on a board."""
