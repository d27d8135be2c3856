"""What the exercises of section 7, validation, share in how they are observed."""
