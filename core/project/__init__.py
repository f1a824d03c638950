"""Project: the one document that holds every decision, and what follows from it."""
