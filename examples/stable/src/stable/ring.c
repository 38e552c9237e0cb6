#define PY_SSIZE_T_CLEAN
#include <Python.h>

#ifndef Py_LIMITED_API
#error "py-api in pyproject.toml defines Py_LIMITED_API"
#endif

typedef struct {
    PyObject_HEAD
    PyObject **items;
    Py_ssize_t capacity;
    Py_ssize_t first;
    Py_ssize_t count;
} ring;

/* In the stable ABI a type is made from a spec, and tp_free is a slot like any other. */

static PyObject *ring_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"capacity", NULL};
    Py_ssize_t capacity;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "n:Ring", names, &capacity)) {
        return NULL;
    }
    if (capacity < 1) {
        PyErr_Format(PyExc_ValueError, "capacity is %zd; it must be positive", capacity);
        return NULL;
    }
    ring *self = (ring *)PyType_GenericAlloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->items = PyMem_Calloc((size_t)capacity, sizeof(PyObject *));
    if (self->items == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    self->capacity = capacity;
    return (PyObject *)self;
}

static int ring_traverse(PyObject *object, visitproc visit, void *arg)
{
    ring *self = (ring *)object;
    Py_VISIT(Py_TYPE(object));
    for (Py_ssize_t i = 0; self->items != NULL && i < self->capacity; i++) {
        Py_VISIT(self->items[i]);
    }
    return 0;
}

static int ring_clear(PyObject *object)
{
    ring *self = (ring *)object;
    self->count = 0;
    for (Py_ssize_t i = 0; self->items != NULL && i < self->capacity; i++) {
        Py_CLEAR(self->items[i]);
    }
    return 0;
}

static void ring_dealloc(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    ring_clear(object);
    PyMem_Free(((ring *)object)->items);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(object);
    Py_DECREF(type);
}

static PyObject *ring_push(PyObject *object, PyObject *item)
{
    ring *self = (ring *)object;
    Py_ssize_t place = (self->first + self->count) % self->capacity;
    PyObject *oldest = self->items[place];
    self->items[place] = Py_NewRef(item);
    if (self->count < self->capacity) {
        self->count++;
    } else {
        self->first = (self->first + 1) % self->capacity;
    }
    if (oldest == NULL) {
        Py_RETURN_NONE;
    }
    return oldest;
}

static Py_ssize_t ring_length(PyObject *object)
{
    return ((ring *)object)->count;
}

static PyObject *ring_item(PyObject *object, Py_ssize_t index)
{
    ring *self = (ring *)object;
    if (index < 0 || index >= self->count) {
        PyErr_Format(PyExc_IndexError, "there is no item %zd", index);
        return NULL;
    }
    return Py_NewRef(self->items[(self->first + index) % self->capacity]);
}

static PyMethodDef ring_methods[] = {
    {"push", ring_push, METH_O,
     "push($self, item, /)\n--\n\nAdd an item; gives back the one that fell out, or None."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot ring_slots[] = {
    {Py_tp_doc, "A buffer that keeps the newest items."},
    {Py_tp_new, ring_new},
    {Py_tp_dealloc, ring_dealloc},
    {Py_tp_traverse, ring_traverse},
    {Py_tp_clear, ring_clear},
    {Py_tp_methods, ring_methods},
    {Py_sq_length, ring_length},
    {Py_sq_item, ring_item},
    {0, NULL},
};

static PyType_Spec ring_spec = {
    "stable.Ring", sizeof(ring), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, ring_slots,
};

static PyObject *compiled_for(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("ii", (Py_LIMITED_API >> 24) & 0xff, (Py_LIMITED_API >> 16) & 0xff);
}

static PyMethodDef module_methods[] = {
    {"compiled_for", compiled_for, METH_NOARGS,
     "compiled_for($module, /)\n--\n\nThe oldest Python that imports this module."},
    {NULL, NULL, 0, NULL},
};

static int module_exec(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &ring_spec, NULL);
    if (type == NULL) {
        return -1;
    }
    int result = PyModule_AddType(module, (PyTypeObject *)type);
    Py_DECREF(type);
    return result;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "stable._ring",
    .m_methods = module_methods,
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__ring(void)
{
    return PyModuleDef_Init(&module);
}
