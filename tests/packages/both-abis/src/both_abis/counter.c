/* A type with state of its own, in all ABIs that an extension can be built for. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#if defined(Py_TARGET_ABI3T)
#define ABI "abi3t"
#elif defined(Py_LIMITED_API)
#define ABI "abi3"
#else
#define ABI "own"
#endif

typedef struct {
    long long value;
    long long step;
} state;

#ifdef Py_TARGET_ABI3T
/* What an object begins with is unknown here: the state lies behind it, as far as Python says. */
#define BASIC_SIZE (-(int)sizeof(state))
static state *state_of(PyObject *self)
{
    return PyObject_GetTypeData(self, Py_TYPE(self));
}
#else
typedef struct {
    PyObject_HEAD
    state state;
} counter;
#define BASIC_SIZE ((int)sizeof(counter))
static state *state_of(PyObject *self)
{
    return &((counter *)self)->state;
}
#endif

static int counter_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"start", "step", NULL};
    state *own = state_of(self);
    own->value = 0;
    own->step = 1;
    return PyArg_ParseTupleAndKeywords(args, kwargs, "|LL", names, &own->value, &own->step) ? 0 : -1;
}

static void counter_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF((PyObject *)type);
}

static PyObject *counter_next(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    state *own = state_of(self);
    own->value += own->step;
    return PyLong_FromLongLong(own->value);
}

static PyMethodDef counter_methods[] = {
    {"next", counter_next, METH_NOARGS, "One step further."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot counter_slots[] = {
    {Py_tp_init, counter_init},
    {Py_tp_dealloc, counter_dealloc},
    {Py_tp_methods, counter_methods},
    {0, NULL},
};

static PyType_Spec counter_spec = {
    .name = "both_abis.Counter",
    .basicsize = BASIC_SIZE,
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = counter_slots,
};

static int counter_exec(PyObject *module)
{
    PyObject *type = PyType_FromSpec(&counter_spec);
    if (type == NULL) {
        return -1;
    }
    if (PyModule_AddObject(module, "Counter", type) < 0) {
        Py_DECREF(type);
        return -1;
    }
    return PyModule_AddStringConstant(module, "ABI", ABI);
}

#ifdef Py_TARGET_ABI3T
PyABIInfo_VAR(abi_info);

static PySlot module_slots[] = {
    PySlot_STATIC_DATA(Py_mod_name, "_counter"),
    PySlot_FUNC(Py_mod_exec, counter_exec),
    PySlot_DATA(Py_mod_gil, Py_MOD_GIL_NOT_USED),
    PySlot_STATIC_DATA(Py_mod_abi, &abi_info),
    PySlot_END,
};

PyMODEXPORT_FUNC PyModExport__counter(void)
{
    return module_slots;
}
#else
static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, counter_exec},
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_counter",
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__counter(void)
{
    return PyModuleDef_Init(&module);
}
#endif
