"""What the exercises of section 8, the notes, share in how they are observed."""
