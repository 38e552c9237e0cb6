"""Recipes: what wheels were made from, by hash, so that each can be deleted and made again."""
