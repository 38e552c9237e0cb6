
/// What `[tool.zigwheel]` links of Zig packages.
const Package = struct {
    b: *std.Build,
    /// Name in build.zig.zon.
    name: []const u8,
    dependency: *std.Build.Dependency,
    strip: bool,

    fn init(b: *std.Build, name: []const u8, dependency: *std.Build.Dependency, strip: bool) Package {
        const package: Package = .{ .b = b, .name = name, .dependency = dependency, .strip = strip };
        var options = dependency.builder.user_input_options.valueIterator();
        while (options.next()) |option| if (!option.used and !std.mem.eql(u8, option.name, "cpu")) {
            package.fail("has no option `{s}`; it has {s}", .{ option.name, package.optionNames() });
        };
        return package;
    }

    /// A static library that the package installs, fit to be a part of an extension module.
    fn library(package: Package, name: []const u8) *std.Build.Step.Compile {
        var found: ?*std.Build.Step.Compile = null;
        for (package.dependency.builder.install_tls.step.dependencies.items) |step| {
            const artifact = (step.cast(std.Build.Step.InstallArtifact) orelse continue).artifact;
            if (artifact.kind != .lib or !std.mem.eql(u8, artifact.name, name)) continue;
            if (found == null or artifact.isStaticLibrary()) found = artifact;
        }
        const artifact = found orelse
            package.fail("has no library `{s}`; it has {s}", .{ name, package.libraryNames() });
        for (artifact.getCompileDependencies(true)) |part| package.adapt(artifact, part);
        return artifact;
    }

    /// Position independent, without debug information where that is wanted, and without what is only
    /// on this machine.
    fn adapt(package: Package, artifact: *std.Build.Step.Compile, part: *std.Build.Step.Compile) void {
        if (part.isDynamicLibrary()) {
            if (part == artifact) package.fail("makes `{s}` a dynamic library; a wheel needs a static one", .{part.name});
            package.fail("links `{s}` with the dynamic library `{s}`; a wheel needs a static one", .{ artifact.name, part.name });
        }
        for (part.root_module.getGraph().modules) |module| {
            module.pic = true;
            module.strip = package.strip;
            module.sanitize_c = .off;
            for (module.link_objects.items) |*object| switch (object.*) {
                .system_lib => |*system| system.use_pkg_config = .no,
                .c_source_file => |file| file.flags = package.mapped(file.flags),
                .c_source_files => |files| files.flags = package.mapped(files.flags),
                else => {},
            };
        }
    }

    /// Flags, and one that keeps the place of this build out of the result.
    fn mapped(package: Package, flags: []const []const u8) []const []const u8 {
        const b = package.b;
        const map = b.fmt("-ffile-prefix-map={s}{c}=", .{ b.pathFromRoot("."), std.fs.path.sep });
        if (flags.len > 0 and std.mem.eql(u8, flags[flags.len - 1], map)) return flags;
        return std.mem.concat(b.allocator, []const u8, &.{ flags, &.{map} }) catch @panic("OOM");
    }

    fn optionNames(package: Package) []const u8 {
        var names: std.ArrayList([]const u8) = .empty;
        var options = package.dependency.builder.available_options_map.keyIterator();
        while (options.next()) |name| names.append(package.b.allocator, name.*) catch @panic("OOM");
        return package.listed(names.items);
    }

    fn libraryNames(package: Package) []const u8 {
        var names: std.ArrayList([]const u8) = .empty;
        for (package.dependency.builder.install_tls.step.dependencies.items) |step| {
            const artifact = (step.cast(std.Build.Step.InstallArtifact) orelse continue).artifact;
            if (artifact.kind == .lib) names.append(package.b.allocator, artifact.name) catch @panic("OOM");
        }
        return package.listed(names.items);
    }

    fn listed(package: Package, names: [][]const u8) []const u8 {
        if (names.len == 0) return "none";
        std.mem.sort([]const u8, names, {}, struct {
            fn lessThan(_: void, a: []const u8, b: []const u8) bool {
                return std.mem.lessThan(u8, a, b);
            }
        }.lessThan);
        return std.mem.join(package.b.allocator, ", ", names) catch @panic("OOM");
    }

    fn fail(package: Package, comptime what: []const u8, arguments: anytype) noreturn {
        std.debug.print("error: the Zig package `{s}` " ++ what ++ "\n", .{package.name} ++ arguments);
        std.process.exit(1);
    }
};
