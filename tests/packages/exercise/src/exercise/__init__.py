"""What a compiler and its libraries can get wrong, tried where it runs: `python -m exercise`."""
