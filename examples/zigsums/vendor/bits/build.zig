const std = @import("std");

pub fn build(b: *std.Build) void {
    const lib = b.addLibrary(.{
        .name = "bits",
        .linkage = .static,
        .root_module = b.createModule(.{
            .target = b.standardTargetOptions(.{}),
            .optimize = b.standardOptimizeOption(.{}),
            .link_libc = true,
        }),
    });
    lib.root_module.addCSourceFile(.{ .file = b.path("src/bits.c") });
    lib.root_module.addIncludePath(b.path("include"));
    lib.installHeadersDirectory(b.path("include"), "", .{});
    b.installArtifact(lib);
}
