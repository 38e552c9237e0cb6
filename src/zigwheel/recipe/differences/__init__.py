"""How two wheels differ that should have been one: by the hashes of a recipe, or file beside file."""

from zigwheel.recipe.differences.archive import against, between

__all__ = ["against", "between"]
