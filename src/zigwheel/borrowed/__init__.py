"""Headers that installed distributions bring: NumPy's, pybind11's, and whatever else has an API for them."""
