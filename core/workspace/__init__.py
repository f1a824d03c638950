"""Workspace: projects, tables, models and bundles on disk and in the database."""

from core.workspace.store import ProjectRow, Revision, Workspace

__all__ = ["ProjectRow", "Revision", "Workspace"]
