"""What the exercises of section 1, the setting, share in how they are observed."""
