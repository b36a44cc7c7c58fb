"""The screens in another language than French; papers and records stay French."""
