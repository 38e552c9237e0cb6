"""How many bytes are prebuilt, how many of these can be made again, and what users download."""
