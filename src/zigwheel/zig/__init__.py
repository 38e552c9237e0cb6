"""Find Zig, write build.zig, run the compiler."""
