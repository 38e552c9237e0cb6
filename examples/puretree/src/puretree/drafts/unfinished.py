raise NotImplementedError("a draft, which does not ship")
