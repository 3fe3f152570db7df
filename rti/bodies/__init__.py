"""Areas of Cambodia and the public bodies that can be asked."""
