//! Print what Zig knows of the CPUs that wheels run on, for `cpu_features.py`: a line for each feature
//! and each model, with LLVM's names of all that it brings.

const std = @import("std");

const archs = [_]std.Target.Cpu.Arch{ .x86_64, .aarch64, .arm, .powerpc64le, .s390x, .riscv64, .loongarch64 };

pub fn main() void {
    @setEvalBranchQuota(1_000_000);
    inline for (archs) |arch| {
        inline for (comptime arch.allFeaturesList()) |feature| {
            if (feature.llvm_name) |name| show(arch, "feature", name, feature.dependencies);
        }
        inline for (comptime arch.allCpuModels()) |model| {
            if (model.llvm_name) |name| show(arch, "cpu", name, model.features);
        }
        show(arch, "cpu", "baseline", std.Target.Cpu.baseline(arch, .{
            .tag = .linux,
            .version_range = .{ .none = {} },
        }).features);
    }
}

fn show(arch: std.Target.Cpu.Arch, kind: []const u8, name: []const u8, given: std.Target.Cpu.Feature.Set) void {
    const all = arch.allFeaturesList();
    var set = given;
    set.populateDependencies(all);
    std.debug.print("{t} {s} {s}", .{ arch, kind, name });
    for (all) |feature| if (set.isEnabled(feature.index)) if (feature.llvm_name) |word| std.debug.print(" {s}", .{word});
    std.debug.print("\n", .{});
}
