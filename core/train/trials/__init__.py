"""Quick trials: what a change of the recipe or a suspect column is worth, scored on the training rows alone."""
