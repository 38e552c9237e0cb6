"""How many bytes are prebuilt: of folders and of indexes."""
