//! What core.zig uses of CPython's stable ABI (PEP 384); declare here what else you call.

pub const Object = opaque {};
pub const Function = *const fn (module: *Object, argument: *Object) callconv(.c) ?*Object;

pub const MethodDef = extern struct {
    name: ?[*:0]const u8 = null,
    function: ?Function = null,
    flags: c_int = 0,
    doc: ?[*:0]const u8 = null,
};

pub const ModuleDef = extern struct {
    base: extern struct {
        reference_count: isize = 1,
        type: ?*Object = null,
        init: ?*const fn () callconv(.c) ?*Object = null,
        index: isize = 0,
        copy: ?*Object = null,
    } = .{},
    name: [*:0]const u8,
    doc: ?[*:0]const u8 = null,
    size: isize = 0,
    methods: ?[*]MethodDef = null,
    slots: ?[*]Slot = null,
    traverse: ?*const anyopaque = null,
    clear: ?*const anyopaque = null,
    free: ?*const anyopaque = null,
};

pub const Slot = extern struct {
    id: c_int = 0,
    value: ?*const anyopaque = null,
};

pub const METH_O: c_int = 0x0008;

pub extern var PyExc_ValueError: *Object;

pub extern fn PyModuleDef_Init(definition: *ModuleDef) callconv(.c) ?*Object;
pub extern fn PyErr_Occurred() callconv(.c) ?*Object;
pub extern fn PyErr_SetString(kind: *Object, message: [*:0]const u8) callconv(.c) void;
pub extern fn PyFloat_AsDouble(object: *Object) callconv(.c) f64;
pub extern fn PyFloat_FromDouble(value: f64) callconv(.c) ?*Object;
pub extern fn PyIter_Next(iterator: *Object) callconv(.c) ?*Object;
pub extern fn PyObject_GetIter(object: *Object) callconv(.c) ?*Object;
pub extern fn Py_DecRef(object: ?*Object) callconv(.c) void;
