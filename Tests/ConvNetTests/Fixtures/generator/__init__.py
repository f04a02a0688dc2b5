"""The modules of make_fixtures.py: one a family of cases, each with a function make() that returns a CaseFile."""
