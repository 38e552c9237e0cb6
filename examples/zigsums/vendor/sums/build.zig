const std = @import("std");

pub fn build(b: *std.Build) void {
    const target = b.standardTargetOptions(.{});
    const optimize = b.standardOptimizeOption(.{});
    const modulus = b.option(u32, "modulus", "Modulus of Adler-32") orelse 65521;

    const bits = b.dependency("bits", .{ .target = target, .optimize = optimize });
    const lib = b.addLibrary(.{
        .name = "sums",
        .linkage = .static,
        .root_module = b.createModule(.{
            .target = target,
            .optimize = optimize,
            .link_libc = true,
        }),
    });
    lib.root_module.addCSourceFile(.{ .file = b.path("src/sums.c"), .flags = &.{"-std=c11"} });
    lib.root_module.addCMacro("MODULUS", b.fmt("{d}", .{modulus}));
    lib.root_module.addIncludePath(b.path("include"));
    lib.root_module.linkLibrary(bits.artifact("bits"));
    lib.installHeadersDirectory(b.path("include"), "", .{});
    b.installArtifact(lib);
}
