"""Export: the bundle that leaves the app, its card, its code and its certificate."""
