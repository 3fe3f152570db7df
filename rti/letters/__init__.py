"""Letters to public bodies, on paper and in the form that Cambodian offices expect."""
