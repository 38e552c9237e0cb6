"""A plan, written as `build.zig`: readable, formatted as `zig fmt` does, usable by hand. Pure.

The text names no place of this machine; folders come in as options, so that the file works where
it lies in the project, as well as from anywhere else with `-Dproject=`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from zigwheel.config.zon import quoted, render_zon
from zigwheel.plan.model import Artifact, BuildPlan, Source
from zigwheel.plan.tree import GENERATED, in_generated
from zigwheel.templates import fill, template
from zigwheel.zig.builtins import lacking_in_cxx
from zigwheel.zig.command import MODES, source_groups, uses_generated, version_script
from zigwheel.zig.macos import links_sdk
from zigwheel.zig.package_text import headers_folder, library_of, used
from zigwheel.zig.windows import for_windows, needs_python

EJECTED = "// zigwheel: ejected"
"""First line of a `build.zig` that is the project's own and that the backend builds with."""

KINDS = {"extension": "extension module", "library": "static library", "executable": "executable"}
ENDINGS = {"extension": "ext", "library": "lib", "executable": "exe"}


LIBC_OPTION = """\
    // what zigwheel turns into the name of musl's C library after linking; by hand, leave it out
    const musl_libc = b.option([]const u8, "musl-libc", "Used by zigwheel");
    const builtins = b.option([]const u8, "builtins", "Static library with what compiler_rt lacks");
"""


CXX_OPTION = """\
    const cxx_builtins = b.option([]const u8, "cxx-builtins", "The same with what libc++ lacks");
"""

GENERATED_PARTS = {
    "generated_option": """
        .generated = b.option([]const u8, "generated", "Folder of the generated sources (default: .zigwheel-generated)") orelse b.pathFromRoot(".zigwheel-generated"),""",
    "generated_field": """
    generated: []const u8,""",
    "generated_functions": """
    /// A file or folder among the generated ones.
    fn generatedFolder(paths: Paths, sub_path: []const u8) std.Build.LazyPath {
        return .{ .cwd_relative = paths.b.pathResolve(&.{ paths.generated, sub_path }) };
    }

    /// `flags`, and folders that `#include "..."` searches after that of the source.
    fn quoting(paths: Paths, folders: []const std.Build.LazyPath, own: []const []const u8) []const []const u8 {
        var all: std.ArrayList([]const u8) = .empty;
        append(&all, paths.b, paths.flags(own));
        for (folders) |folder| append(&all, paths.b, &.{ "-iquote", folder.cwd_relative });
        return all.items;
    }
""",
    "generated_flags": """
        append(&all, paths.b, &.{paths.b.fmt("-ffile-prefix-map={s}{c}=", .{ paths.generated, std.fs.path.sep })});""",
}
"""What `build.zig` has where something is generated."""

PACKAGE_PARTS = {
    "package_options": """
        .packages = &.{⟨packages⟩
        },""",
    "package_field": """
    packages: []const struct { name: []const u8, include: ?[]const u8 },""",
    "package_functions": """
    /// The headers of an installed Python package.
    fn packageHeaders(paths: Paths, name: []const u8) std.Build.LazyPath {
        for (paths.packages) |package| if (std.mem.eql(u8, package.name, name)) {
            return .{ .cwd_relative = package.include orelse break };
        };
        std.debug.panic("-D{s}-include=FOLDER is missing", .{name});
    }
""",
    "package_flags": """
        for (paths.packages) |package| if (package.include) |folder| {
            append(&all, paths.b, &.{paths.b.fmt("-ffile-prefix-map={s}={s}", .{ folder, package.name })});
        };""",
}
"""What `build.zig` has where headers come from installed Python packages."""

PACKAGE = """
            .{ .name = "⟨name⟩", .include = b.option([]const u8, "⟨name⟩-include", "Folder of the headers of ⟨name⟩") },"""
ZIG_PARTS = {
    "zig_package_option": """
        .zig_packages = b.option([]const u8, "zig-packages", "Used by zigwheel: where the headers of Zig packages are"),""",
    "zig_package_field": """
    zig_packages: ?[]const u8,""",
    "zig_package_flag": """
        if (paths.zig_packages) |folder| append(&all, paths.b, &.{paths.b.fmt("-ffile-prefix-map={s}=zig-pkg", .{folder})});""",
}
"""What it has where Zig packages are linked."""

LIBRARY_ABOUT = "For Windows: import library of Python's DLL, such as python313.lib"
LIMITED_ABOUT = "The same for the stable ABI, such as python3.lib"


def emit(plan: BuildPlan, *, suffix: str, limited_suffix: str, cpu: str) -> str:
    """The text of `build.zig` for `plan`.

    `suffix` and `limited_suffix` are the default ends of extension modules' file names; `cpu` is
    the architecture's baseline: an artifact with another CPU gets a target of its own.
    """
    names = variables(plan.artifacts)
    python = " -Dpython-include=FOLDER" if plan.python else ""
    python += "".join(f" -D{package.name}-include=FOLDER" for package in plan.packages)
    python += " -Dpython-lib=FILE" if plan.python and for_windows(plan.triple) else ""
    option = "" if cpu == "baseline" else f" -Dcpu={cpu}"
    return fill(
        template("build.zig"),
        name=plan.name,
        example=f"-Dtarget={plan.triple}{option}{python}",
        options=LIBC_OPTION
        + (CXX_OPTION if lacking_in_cxx(plan.triple) and links_cxx(plan) else "")
        + suffixes(plan, suffix, limited_suffix)
        if any(a.kind != "library" for a in plan.artifacts)
        else "",
        **(GENERATED_PARTS if needs_generated(plan) else dict.fromkeys(GENERATED_PARTS, "")),
        **package_parts(plan),
        **(ZIG_PARTS if plan.zig_packages else dict.fromkeys(ZIG_PARTS, "")),
        zig_packages="".join(f"    {used(package)}\n" for package in plan.zig_packages),
        artifacts="".join(artifact_text(plan, a, names, cpu) for a in plan.artifacts),
    ) + (template("packages/use.zig") if plan.zig_packages else "")


def package_parts(plan: BuildPlan) -> dict[str, str]:
    """What a build file has for the headers of installed packages; nothing where there are none."""
    if not plan.packages:
        return dict.fromkeys(PACKAGE_PARTS, "")
    packages = "".join(fill(PACKAGE, name=package.name) for package in plan.packages)
    return {name: fill(text, packages=packages) for name, text in PACKAGE_PARTS.items()}


def links_cxx(plan: BuildPlan) -> bool:
    """Whether something of a plan is linked with libc++, as a Zig package may ask for."""
    return any(a.link_cxx or a.zig_links for a in plan.artifacts if a.kind != "library")


def variables(artifacts: Iterable[Artifact]) -> dict[tuple[str, str], str]:
    """A Zig identifier for each artifact, by kind and name; numbered where two fall together."""
    used: set[str] = set()
    found: dict[tuple[str, str], str] = {}
    for artifact in artifacts:
        stem = re.sub(r"\W", "_", artifact.name, flags=re.ASCII).strip("_").lower()
        base = f"{stem}_{ENDINGS[artifact.kind]}" if stem[:1].isalpha() else f"a{stem}"
        name, number = base, 2
        while name in used:
            name, number = f"{base}{number}", number + 1
        used.add(name)
        found[artifact.kind, artifact.name] = name
    return found


def suffixes(plan: BuildPlan, suffix: str, limited_suffix: str) -> str:
    """The options for extensions: the ends of their file names, and the DLL that they need."""
    lines = []
    for limited, default, about, library in (
        (False, suffix, "End of the names of extension modules", LIBRARY_ABOUT),
        (True, limited_suffix, "The same with the stable ABI", LIMITED_ABOUT),
    ):
        start = "limited-" if limited else ""
        name = start.replace("-", "_")
        if any(a.kind == "extension" and a.limited_api == limited for a in plan.artifacts):
            option = f'b.option([]const u8, "{start}suffix", "{about}")'
            lines.append(f"const {name}suffix = {option} orelse {quoted(default)};")
        if any(library_option(plan, a) == f"{name}python_lib" for a in plan.artifacts):
            option = f'b.option([]const u8, "{start}python-lib", "{library}")'
            lines.append(f"const {name}python_lib = {option};")
    return "".join(f"    {line}\n" for line in lines)


def library_option(plan: BuildPlan, artifact: Artifact) -> str:
    """The variable that holds the import library of the DLL in which an artifact finds Python."""
    if artifact.kind == "library" or not needs_python(plan, artifact):
        return ""
    return "limited_python_lib" if artifact.limited_api else "python_lib"


def artifact_text(
    plan: BuildPlan, artifact: Artifact, names: Mapping[tuple[str, str], str], cpu: str
) -> str:
    """The statements that make one artifact."""
    var = names[artifact.kind, artifact.name]
    target = "target" if artifact.cpu == cpu else f"withCpu(b, target, {quoted(artifact.cpu)})"
    root = next((s for s in artifact.sources if s.language == "zig"), None)
    fields = [
        *([f".root_source_file = {lazy_path(root)},"] if root else []),
        f".target = {target},",
        f".optimize = .{MODES[artifact.optimize]},",
        f".strip = {render_zon(artifact.strip)},",
        ".pic = true,",
        ".sanitize_c = .off,",
        ".link_libc = true,",
        *([".link_libcpp = true,"] if artifact.link_cxx else []),
    ]
    make = "addExecutable" if artifact.kind == "executable" else "addLibrary"
    linkage = "static" if artifact.kind == "library" else "dynamic"
    lines = [
        "",
        f"// {KINDS[artifact.kind]} `{artifact.name}`",
        f"const {var} = b.{make}(.{{",
        f"    .name = {quoted(artifact.name)},",
        f"    .linkage = .{linkage},",
        "    .root_module = b.createModule(.{",
        *(f"        {field}" for field in fields),
        "    }),",
        "});",
        *module_lines(artifact, var, names),
        *([f"paths.useSdk({var}.root_module);"] if links_sdk(plan, artifact) else []),
        *link_lines(plan, artifact, var),
    ]
    return "".join(f"    {line}\n" if line else "\n" for line in lines)


def module_lines(artifact: Artifact, var: str, names: Mapping[tuple[str, str], str]) -> list[str]:
    """Sources, libraries, folders and macros, in the order in which the linker is to see them."""
    module = f"{var}.root_module"
    lines: list[str] = []
    for args, sources in source_groups(artifact):
        lines += [
            f"{module}.addCSourceFiles(.{{",
            f"    .root = {root_of(sources[0])},",
            *listed("    .files = &", [s.path for s in sources], ","),
            *flag_lines(list(args), sources[0].quoted),
            "});",
        ]
    lines += [f"{module}.linkLibrary({names['library', name]});" for name in artifact.link]
    for name in artifact.libraries:
        lines.append(f"{module}.linkSystemLibrary({quoted(name)}, .{{ .use_pkg_config = .no }});")
    for name in artifact.frameworks:
        lines.append(f"{module}.linkFramework({quoted(name)}, .{{}});")
    lines += [f"{module}.addLibraryPath(paths.get({quoted(f)}));" for f in artifact.library_dirs]
    lines += [f"{module}.addIncludePath({folder(f)});" for f in artifact.include_dirs]
    for name in artifact.packages:
        lines.append(f"{module}.addSystemIncludePath(paths.packageHeaders({quoted(name)}));")
    if artifact.uses_python:
        lines.append(f"{module}.addSystemIncludePath(paths.pythonHeaders());")
    for link in artifact.zig_links:
        headers = f"paths.b.pathJoin(&.{{ folder, {quoted(headers_folder(link))} }})"
        found = f"{module}.addIncludePath(.{{ .cwd_relative = {headers} }})"
        lines.append(f"if (paths.zig_packages) |folder| {found};")
        lines.append(f"{module}.linkLibrary({library_of(link)});")
    for name, value in artifact.macros:
        lines.append(f"{module}.addCMacro({quoted(name)}, {quoted(value)});")
    lines += [f"{module}.addRPathSpecial({quoted(path)});" for path in artifact.rpaths]
    return lines


def root_of(source: Source) -> str:
    """The folder to which the path of a source is relative."""
    if source.package:
        return f"paths.packageHeaders({quoted(source.package)})"
    return 'paths.generatedFolder(".")' if source.generated else 'paths.get(".")'


def flag_lines(args: list[str], beside: tuple[str, ...]) -> list[str]:
    """The flags of a group of sources, and the folders that go with their own."""
    if not beside:
        return listed("    .flags = paths.flags(&", args, "),")
    folders = ", ".join(folder(path) for path in beside)
    return listed("    .flags = paths.quoting(&.{ " + folders + " }, &", args, "),")


def folder(path: str) -> str:
    """A folder of the plan, which lies in the project or among the generated files."""
    inner = in_generated(path)
    if inner is None:
        return f"paths.get({quoted(path)})"
    return f"paths.generatedFolder({quoted(inner or '.')})"


def lazy_path(source: Source) -> str:
    """A source file."""
    return folder(f"{GENERATED}/{source.path}" if source.generated else source.path)


def needs_generated(plan: BuildPlan) -> bool:
    """Whether something of a plan is compiled from generated files."""
    return any(uses_generated(a) or any(s.generated for s in a.sources) for a in plan.artifacts)


def link_lines(plan: BuildPlan, artifact: Artifact, var: str) -> list[str]:
    """Options of the linker, and where the result goes."""
    fields = {
        "notext": "link_z_notext = true",
        "lazy": "link_z_lazy = true",
        "defs": "link_z_defs = true",
        "norelro": "link_z_relro = false",
    }
    lines = [f"{var}.lto = .full;"] if artifact.lto else []
    if artifact.kind == "library":
        return lines
    lines += [f"{var}.{fields[option]};" for option in artifact.link_options]
    lines.append(f"if (musl_libc) |name| {var}.root_module.addRPathSpecial(name);")
    added = f"{var}.root_module.addObjectFile(.{{ .cwd_relative = file }})"
    lines.append(f"if (builtins) |file| {added};")
    if (artifact.link_cxx or artifact.zig_links) and lacking_in_cxx(plan.triple):
        lines.append(f"if (cxx_builtins) |file| {added};")
    library = library_option(plan, artifact)
    if artifact.kind == "executable":
        lines.append(f"{var}.pie = true;")
        lines.append(f"paths.link({var}, {library or 'null'}, null);")
        file = quoted(f"bin/{artifact.output}")  # a package may be called as the program is
    else:
        lines.append(f"paths.link({var}, {library}, {quoted(version_script(artifact))});")
        suffix = "limited_suffix" if artifact.limited_api else "suffix"
        folder = "/".join(artifact.name.split("."))
        file = f'b.fmt("{{s}}{{s}}", .{{ {quoted(folder)}, {suffix} }})'
    install = f"b.addInstallFile({var}.getEmittedBin(), {file})"
    lines.append(f"b.getInstallStep().dependOn(&{install}.step);")
    return lines


def listed(head: str, items: list[str], tail: str) -> list[str]:
    """A list literal as `zig fmt` writes it: one line for up to one item, else one item a line."""
    if len(items) < 2:
        inner = "".join(quoted(item) for item in items)
        return [f"{head}.{{{inner}}}{tail}"]
    indent = " " * (len(head) - len(head.lstrip()))
    return [f"{head}.{{", *(f"{indent}    {quoted(item)}," for item in items), f"{indent}}}{tail}"]
