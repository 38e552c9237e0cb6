//! The extension module `⟨module⟩._core`.

const py = @import("python.zig");

fn mean(_: *py.Object, values: *py.Object) callconv(.c) ?*py.Object {
    const iterator = py.PyObject_GetIter(values) orelse return null;
    defer py.Py_DecRef(iterator);
    var sum: f64 = 0;
    var count: f64 = 0;
    while (py.PyIter_Next(iterator)) |item| {
        defer py.Py_DecRef(item);
        sum += py.PyFloat_AsDouble(item);
        if (py.PyErr_Occurred() != null) return null;
        count += 1;
    }
    if (py.PyErr_Occurred() != null) return null;
    if (count == 0) {
        py.PyErr_SetString(py.PyExc_ValueError, "no values");
        return null;
    }
    return py.PyFloat_FromDouble(sum / count);
}

var methods = [_]py.MethodDef{
    .{
        .name = "mean",
        .function = mean,
        .flags = py.METH_O,
        .doc = "mean($module, values, /)\n--\n\nThe mean of some numbers.",
    },
    .{},
};

var slots = [_]py.Slot{.{}};

var definition: py.ModuleDef = .{ .name = "⟨module⟩._core", .methods = &methods, .slots = &slots };

export fn PyInit__core() ?*py.Object {
    return py.PyModuleDef_Init(&definition);
}
