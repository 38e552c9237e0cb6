//! The extension module `zigmath._core`.

const std = @import("std");
const primes = @import("primes.zig");
const py = @import("python.zig");

/// A Python int as a number of 64 bits; null after an exception has been set.
fn number(argument: *py.Object) ?u64 {
    const value = py.PyLong_AsUnsignedLongLong(argument);
    if (value == std.math.maxInt(c_ulonglong) and py.PyErr_Occurred() != null) return null;
    return value;
}

fn isPrime(_: *py.Object, argument: *py.Object) callconv(.c) ?*py.Object {
    const value = number(argument) orelse return null;
    return py.PyBool_FromLong(@intFromBool(primes.isPrime(value)));
}

fn factors(_: *py.Object, argument: *py.Object) callconv(.c) ?*py.Object {
    const value = number(argument) orelse return null;
    if (value == 0) {
        py.PyErr_SetString(py.PyExc_ValueError, "zero has no factors");
        return null;
    }
    var found: [64]u64 = undefined;
    const count = primes.factorise(value, &found);
    std.mem.sort(u64, found[0..count], {}, std.sort.asc(u64));
    const list = py.PyList_New(0) orelse return null;
    for (found[0..count]) |factor| {
        if (!append(list, factor)) {
            py.Py_DecRef(list);
            return null;
        }
    }
    return list;
}

fn append(list: *py.Object, value: u64) bool {
    const item = py.PyLong_FromUnsignedLongLong(value) orelse return false;
    defer py.Py_DecRef(item);
    return py.PyList_Append(list, item) == 0;
}

var methods = [_]py.MethodDef{
    .{
        .name = "is_prime",
        .function = isPrime,
        .flags = py.METH_O,
        .doc = "is_prime($module, number, /)\n--\n\nWhether a number below 2**64 is prime.",
    },
    .{
        .name = "factors",
        .function = factors,
        .flags = py.METH_O,
        .doc = "factors($module, number, /)\n--\n\nThe prime factors of a number, in order.",
    },
    .{},
};

var slots = [_]py.Slot{.{}};

var definition: py.ModuleDef = .{
    .name = "zigmath._core",
    .doc = "Prime numbers.",
    .methods = &methods,
    .slots = &slots,
};

export fn PyInit__core() ?*py.Object {
    return py.PyModuleDef_Init(&definition);
}
