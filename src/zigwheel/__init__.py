"""zigwheel: build wheels of C, C++ and Zig extensions for any target from any host."""

__version__ = "0.1.0"
