//! Makes the static libraries that a project takes from Zig packages. Written by zigwheel.

const std = @import("std");

pub fn build(b: *std.Build) void {
    const target = b.standardTargetOptions(.{});
    var wanted: Wanted = .{ .b = b };
⟨packages⟩    wanted.install();
}

/// The libraries, and what has to be linked along with them.
const Wanted = struct {
    b: *std.Build,
    roots: std.ArrayList(Root) = .empty,
    parts: std.AutoArrayHashMapUnmanaged(*std.Build.Step.Compile, void) = .empty,

    const Root = struct { name: []const u8, part: usize, headers: []const u8 };
    const Link = union(enum) { part: usize, system: []const u8 };
    const Part = struct {
        file: ?[]const u8,
        package: []const u8,
        folder: []const u8,
        cxx: bool,
        frameworks: []const []const u8,
        links: []const Link,
    };

    fn add(wanted: *Wanted, name: []const u8, headers: []const u8, library: *std.Build.Step.Compile) void {
        const b = wanted.b;
        for (library.getCompileDependencies(false)) |part| wanted.parts.put(b.allocator, part, {}) catch @panic("OOM");
        const number = wanted.parts.getIndex(library).?;
        wanted.roots.append(b.allocator, .{ .name = name, .part = number, .headers = headers }) catch @panic("OOM");
        b.getInstallStep().dependOn(&b.addInstallDirectory(.{
            .source_dir = library.getEmittedIncludeTree(),
            .install_dir = .prefix,
            .install_subdir = headers,
        }).step);
    }

    /// Into the prefix: `lib/`, `include/`, and `parts.json`, which says what is there.
    fn install(wanted: *Wanted) void {
        const b = wanted.b;
        var parts: std.ArrayList(Part) = .empty;
        for (wanted.parts.keys(), 0..) |part, number| {
            const owner = part.step.owner;
            const file = if (part.kind == .lib) b.fmt("lib/{d}.a", .{number}) else null;
            if (file) |name| b.getInstallStep().dependOn(&b.addInstallFile(part.getEmittedBin(), name).step);
            var described: Part = .{
                .file = file,
                .package = owner.pkg_hash,
                .folder = owner.build_root.path orelse ".",
                .cxx = false,
                .frameworks = &.{},
                .links = &.{},
            };
            wanted.look(part, &described);
            parts.append(b.allocator, described) catch @panic("OOM");
        }
        const json = std.json.Stringify.valueAlloc(b.allocator, .{ .roots = wanted.roots.items, .parts = parts.items }, .{}) catch @panic("OOM");
        const written = b.addWriteFiles().add("parts.json", json);
        b.getInstallStep().dependOn(&b.addInstallFile(written, "parts.json").step);
    }

    /// What a part asks of those who link it, in the order in which `std.Build` gives it to the linker.
    fn look(wanted: *Wanted, part: *std.Build.Step.Compile, described: *Part) void {
        const b = wanted.b;
        var links: std.ArrayList(Link) = .empty;
        var frameworks: std.ArrayList([]const u8) = .empty;
        for (part.root_module.getGraph().modules) |module| {
            if (module.link_libcpp == true) described.cxx = true;
            frameworks.appendSlice(b.allocator, module.frameworks.keys()) catch @panic("OOM");
            for (module.link_objects.items) |object| switch (object) {
                .system_lib => |system| links.append(b.allocator, .{ .system = system.name }) catch @panic("OOM"),
                .other_step => |other| links.append(b.allocator, .{ .part = wanted.parts.getIndex(other).? }) catch @panic("OOM"),
                else => {},
            };
        }
        described.links = links.items;
        described.frameworks = frameworks.items;
    }
};
