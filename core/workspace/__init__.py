"""Workspace: projects, tables, models and bundles on disk and in the database."""
