"""Tests of the law as dated data: each names the rule of rules.md that it holds."""
