"""From a view to pixels: theme, text, frame and painter. Imports `core` and `ports` only."""
