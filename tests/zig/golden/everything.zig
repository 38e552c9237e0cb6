//! How pkg is compiled. Written by zigwheel; plain Zig, to be run and changed by hand:
//!
//!     zig build -Dtarget=x86_64-linux-gnu.2.17 -Dpython-include=FOLDER
//!
//! `zig build --help` lists the options; what is built is put into zig-out/.

const std = @import("std");

pub fn build(b: *std.Build) void {
    const target = b.standardTargetOptions(.{});
    const paths: Paths = .{
        .b = b,
        .root = b.option([]const u8, "project", "Folder of the project (default: that of build.zig)") orelse b.pathFromRoot("."),
        .python = b.option([]const u8, "python-include", "Folder that holds the Python.h of the target's Python"),
        .overlay = b.option([]const u8, "overlay", "File for clang's -ivfsoverlay"),
        .exports = b.option([]const u8, "exports", "For Windows: folder of a .def and a .lib for each file; without it, what the sources mark is exported"),
    };
    // what zigwheel turns into the name of musl's C library after linking; by hand, leave it out
    const musl_libc = b.option([]const u8, "musl-libc", "Used by zigwheel");
    const builtins = b.option([]const u8, "builtins", "Static library with what compiler_rt lacks");
    const suffix = b.option([]const u8, "suffix", "End of the names of extension modules") orelse ".cpython-313-x86_64-linux-gnu.so";
    const python_lib = b.option([]const u8, "python-lib", "For Windows: import library of Python's DLL, such as python313.lib");
    const limited_suffix = b.option([]const u8, "limited-suffix", "The same with the stable ABI") orelse ".abi3.so";
    const limited_python_lib = b.option([]const u8, "limited-python-lib", "The same for the stable ABI, such as python3.lib");

    // static library `z`
    const z_lib = b.addLibrary(.{
        .name = "z",
        .linkage = .static,
        .root_module = b.createModule(.{
            .target = target,
            .optimize = .ReleaseFast,
            .strip = true,
            .pic = true,
            .sanitize_c = .off,
            .link_libc = true,
        }),
    });
    z_lib.root_module.addCSourceFiles(.{
        .root = paths.get("."),
        .files = &.{"vendor/z.c"},
        .flags = paths.flags(&.{}),
    });

    // extension module `pkg._core`
    const pkg__core_ext = b.addLibrary(.{
        .name = "pkg._core",
        .linkage = .dynamic,
        .root_module = b.createModule(.{
            .target = withCpu(b, target, "x86_64_v3"),
            .optimize = .ReleaseFast,
            .strip = true,
            .pic = true,
            .sanitize_c = .off,
            .link_libc = true,
            .link_libcpp = true,
        }),
    });
    pkg__core_ext.root_module.addCSourceFiles(.{
        .root = paths.get("."),
        .files = &.{
            "src/core.c",
            "src/more.c",
        },
        .flags = paths.flags(&.{
            "-fwrapv",
            "-std=c11",
        }),
    });
    pkg__core_ext.root_module.addCSourceFiles(.{
        .root = paths.get("."),
        .files = &.{"src/fast.cpp"},
        .flags = paths.flags(&.{
            "-fwrapv",
            "-mavx2",
        }),
    });
    pkg__core_ext.root_module.linkLibrary(z_lib);
    pkg__core_ext.root_module.linkSystemLibrary("ssl", .{ .use_pkg_config = .no });
    pkg__core_ext.root_module.addLibraryPath(paths.get("/opt/lib"));
    pkg__core_ext.root_module.addIncludePath(paths.get("include"));
    pkg__core_ext.root_module.addIncludePath(paths.get("vendor"));
    pkg__core_ext.root_module.addSystemIncludePath(paths.pythonHeaders());
    pkg__core_ext.root_module.addCMacro("NAME", "\"a \\ b\"");
    pkg__core_ext.root_module.addCMacro("X", "1");
    pkg__core_ext.root_module.addRPathSpecial("$ORIGIN/lib");
    pkg__core_ext.lto = .full;
    pkg__core_ext.link_z_lazy = true;
    if (musl_libc) |name| pkg__core_ext.root_module.addRPathSpecial(name);
    if (builtins) |file| pkg__core_ext.root_module.addObjectFile(.{ .cwd_relative = file });
    paths.link(pkg__core_ext, python_lib, "{ global: PyInit_*; pkg_*; local: *; };\n");
    b.getInstallStep().dependOn(&b.addInstallFile(pkg__core_ext.getEmittedBin(), b.fmt("{s}{s}", .{ "pkg/_core", suffix })).step);

    // extension module `pkg._stable`
    const pkg__stable_ext = b.addLibrary(.{
        .name = "pkg._stable",
        .linkage = .dynamic,
        .root_module = b.createModule(.{
            .target = target,
            .optimize = .ReleaseFast,
            .strip = true,
            .pic = true,
            .sanitize_c = .off,
            .link_libc = true,
        }),
    });
    pkg__stable_ext.root_module.addCSourceFiles(.{
        .root = paths.get("."),
        .files = &.{"src/core.c"},
        .flags = paths.flags(&.{"-fwrapv"}),
    });
    pkg__stable_ext.root_module.addSystemIncludePath(paths.pythonHeaders());
    if (musl_libc) |name| pkg__stable_ext.root_module.addRPathSpecial(name);
    if (builtins) |file| pkg__stable_ext.root_module.addObjectFile(.{ .cwd_relative = file });
    paths.link(pkg__stable_ext, limited_python_lib, "{ global: PyInit_*; local: *; };\n");
    b.getInstallStep().dependOn(&b.addInstallFile(pkg__stable_ext.getEmittedBin(), b.fmt("{s}{s}", .{ "pkg/_stable", limited_suffix })).step);

    // extension module `pkg._zig`
    const pkg__zig_ext = b.addLibrary(.{
        .name = "pkg._zig",
        .linkage = .dynamic,
        .root_module = b.createModule(.{
            .root_source_file = paths.get("src/root.zig"),
            .target = target,
            .optimize = .ReleaseFast,
            .strip = true,
            .pic = true,
            .sanitize_c = .off,
            .link_libc = true,
        }),
    });
    pkg__zig_ext.root_module.addCSourceFiles(.{
        .root = paths.get("."),
        .files = &.{"src/asm.S"},
        .flags = paths.flags(&.{}),
    });
    pkg__zig_ext.root_module.addSystemIncludePath(paths.pythonHeaders());
    if (musl_libc) |name| pkg__zig_ext.root_module.addRPathSpecial(name);
    if (builtins) |file| pkg__zig_ext.root_module.addObjectFile(.{ .cwd_relative = file });
    paths.link(pkg__zig_ext, python_lib, "{ global: PyInit_*; local: *; };\n");
    b.getInstallStep().dependOn(&b.addInstallFile(pkg__zig_ext.getEmittedBin(), b.fmt("{s}{s}", .{ "pkg/_zig", suffix })).step);

    // executable `tool`
    const tool_exe = b.addExecutable(.{
        .name = "tool",
        .linkage = .dynamic,
        .root_module = b.createModule(.{
            .target = target,
            .optimize = .ReleaseSmall,
            .strip = false,
            .pic = true,
            .sanitize_c = .off,
            .link_libc = true,
        }),
    });
    tool_exe.root_module.addCSourceFiles(.{
        .root = paths.get("."),
        .files = &.{"src/main.c"},
        .flags = paths.flags(&.{}),
    });
    if (musl_libc) |name| tool_exe.root_module.addRPathSpecial(name);
    if (builtins) |file| tool_exe.root_module.addObjectFile(.{ .cwd_relative = file });
    tool_exe.pie = true;
    paths.link(tool_exe, null, null);
    b.getInstallStep().dependOn(&b.addInstallFile(tool_exe.getEmittedBin(), "bin/tool").step);
}

/// The same target with another CPU.
fn withCpu(b: *std.Build, target: std.Build.ResolvedTarget, cpu: []const u8) std.Build.ResolvedTarget {
    const query = std.Build.parseTargetQuery(.{
        .arch_os_abi = target.query.zigTriple(b.allocator) catch @panic("OOM"),
        .cpu_features = cpu,
    }) catch @panic("unknown CPU");
    return b.resolveTargetQuery(query);
}

const Paths = struct {
    b: *std.Build,
    root: []const u8,
    python: ?[]const u8,
    overlay: ?[]const u8,
    exports: ?[]const u8,

    /// A file or folder of the project.
    fn get(paths: Paths, sub_path: []const u8) std.Build.LazyPath {
        return .{ .cwd_relative = paths.b.pathResolve(&.{ paths.root, sub_path }) };
    }

    fn pythonHeaders(paths: Paths) std.Build.LazyPath {
        return .{ .cwd_relative = paths.python orelse @panic("-Dpython-include=FOLDER is missing") };
    }

    /// What Apple's SDK for macOS brings, where `--sysroot` names it.
    fn useSdk(paths: Paths, module: *std.Build.Module) void {
        const sdk = paths.b.sysroot orelse return;
        module.addAfterIncludePath(.{ .cwd_relative = paths.b.pathJoin(&.{ sdk, "usr/include" }) });
        module.addFrameworkPath(.{ .cwd_relative = paths.b.pathJoin(&.{ sdk, "System/Library/Frameworks" }) });
        module.addLibraryPath(.{ .cwd_relative = "/usr/lib" }); // below the sysroot
    }

    /// What linkers differ in. Python's symbols stay open until the file is loaded, but on Windows.
    fn link(paths: Paths, file: *std.Build.Step.Compile, python_lib: ?[]const u8, version_script: ?[]const u8) void {
        const b = paths.b;
        if (file.rootModuleTarget().os.tag == .windows) {
            file.linker_allow_shlib_undefined = false;
            if (python_lib) |library| {
                const own = if (paths.exports) |folder| b.pathJoin(&.{ folder, b.fmt("{s}.lib", .{file.name}) }) else library;
                file.root_module.addObjectFile(.{ .cwd_relative = own });
            }
            if (paths.exports) |folder| if (version_script != null) {
                const name = b.fmt("{s}.def", .{file.name});
                file.win32_module_definition = .{ .cwd_relative = b.pathJoin(&.{ folder, name }) };
                file.dll_export_fns = false;
            };
        } else if (version_script) |script| {
            file.linker_allow_shlib_undefined = true;
            file.setVersionScript(b.addWriteFiles().add("exports.map", script));
        }
    }

    /// `own` flags, and those that keep the places of this machine out of the result.
    fn flags(paths: Paths, own: []const []const u8) []const []const u8 {
        var all: std.ArrayList([]const u8) = .empty;
        append(&all, paths.b, own);
        if (paths.overlay) |file| append(&all, paths.b, &.{ "-ivfsoverlay", file });
        append(&all, paths.b, &.{
            paths.b.fmt("-ffile-prefix-map={s}=.", .{paths.root}), // for debug information; the last that fits counts
            paths.b.fmt("-ffile-prefix-map={s}{c}=", .{ paths.root, std.fs.path.sep }),
            paths.b.fmt("-ffile-prefix-map={s}=zig", .{paths.b.graph.zig_lib_directory.path orelse "."}),
        });
        if (paths.python) |folder| append(&all, paths.b, &.{paths.b.fmt("-ffile-prefix-map={s}=python", .{folder})});
        if (paths.b.sysroot) |folder| append(&all, paths.b, &.{paths.b.fmt("-ffile-prefix-map={s}=sdk", .{folder})});
        return all.items;
    }

    fn append(all: *std.ArrayList([]const u8), b: *std.Build, more: []const []const u8) void {
        all.appendSlice(b.allocator, more) catch @panic("OOM");
    }
};
