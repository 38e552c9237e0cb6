//! What this module uses of CPython's stable ABI (PEP 384).

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
pub extern fn PyBool_FromLong(value: c_long) callconv(.c) ?*Object;
pub extern fn PyLong_AsUnsignedLongLong(object: *Object) callconv(.c) c_ulonglong;
pub extern fn PyLong_FromUnsignedLongLong(value: c_ulonglong) callconv(.c) ?*Object;
pub extern fn PyList_New(length: isize) callconv(.c) ?*Object;
pub extern fn PyList_Append(list: *Object, item: *Object) callconv(.c) c_int;
pub extern fn Py_DecRef(object: ?*Object) callconv(.c) void;
