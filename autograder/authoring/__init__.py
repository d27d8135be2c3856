"""Known mistakes in short form: slips of a right answer, families, relations; and every other answer as a text."""
