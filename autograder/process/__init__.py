"""Where untrusted code is allowed to be, and how it is reached."""
