#include <Python.h>

static PyObject *mean(PyObject *Py_UNUSED(module), PyObject *values)
{
    PyObject *iterator = PyObject_GetIter(values);
    if (iterator == NULL) {
        return NULL;
    }
    double sum = 0.0;
    Py_ssize_t count = 0;
    PyObject *item;
    while ((item = PyIter_Next(iterator)) != NULL) {
        double value = PyFloat_AsDouble(item);
        Py_DECREF(item);
        if (PyErr_Occurred()) {
            break;
        }
        sum += value;
        count++;
    }
    Py_DECREF(iterator);
    if (PyErr_Occurred()) {
        return NULL;
    }
    if (count == 0) {
        PyErr_SetString(PyExc_ValueError, "no values");
        return NULL;
    }
    return PyFloat_FromDouble(sum / (double)count);
}

static PyMethodDef methods[] = {
    {"mean", mean, METH_O, "mean($module, values, /)\n--\n\nThe mean of some numbers."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "⟨module⟩._core",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&module);
}
