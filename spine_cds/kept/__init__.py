"""Whose page it is, and what was typed on it and never sent."""
