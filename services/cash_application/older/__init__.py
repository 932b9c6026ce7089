"""Rows of older versions brought to the version of this program (docs/upgrading.md). Each conversion runs once."""
