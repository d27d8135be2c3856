"""Words and pictures: the only place with prose or colour."""
