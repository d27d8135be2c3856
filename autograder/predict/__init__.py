"""`make predict`: say what comes out before it is written."""
