"""Laws, drafts and campaign standards as versioned data."""
