"""How each exercise is observed, section by section."""
