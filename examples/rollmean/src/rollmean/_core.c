#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <numpy/arrayobject.h>

/* The mean of every `width` values in a row, as an array of doubles. */
static PyObject *
rolling_mean(PyObject *Py_UNUSED(self), PyObject *args)
{
    PyObject *given;
    Py_ssize_t width;
    if (!PyArg_ParseTuple(args, "On:rolling_mean", &given, &width)) {
        return NULL;
    }
    PyArrayObject *values = (PyArrayObject *)PyArray_FROMANY(
        given, NPY_DOUBLE, 1, 1, NPY_ARRAY_IN_ARRAY);
    if (values == NULL) {
        return NULL;
    }
    npy_intp size = PyArray_DIM(values, 0);
    if (width < 1 || width > size) {
        PyErr_Format(PyExc_ValueError, "the width is %zd; there are %zd values", width,
                     (Py_ssize_t)size);
        Py_DECREF(values);
        return NULL;
    }
    npy_intp length = size - width + 1;
    PyArrayObject *means = (PyArrayObject *)PyArray_SimpleNew(1, &length, NPY_DOUBLE);
    if (means != NULL) {
        const double *in = PyArray_DATA(values);
        double *out = PyArray_DATA(means);
        double sum = 0;
        for (npy_intp i = 0; i < size; i++) {
            sum += in[i];
            if (i >= width - 1) {
                out[i - width + 1] = sum / (double)width;
                sum -= in[i - width + 1];
            }
        }
    }
    Py_DECREF(values);
    return (PyObject *)means;
}

/* The sum of an array of any shape as NumPy walks through it, with the widest float there is. */
static PyObject *
total(PyObject *Py_UNUSED(self), PyObject *given)
{
    PyArrayObject *values = (PyArrayObject *)PyArray_FROM_OTF(
        given, NPY_LONGDOUBLE, NPY_ARRAY_ALIGNED | NPY_ARRAY_NOTSWAPPED);
    if (values == NULL) {
        return NULL;
    }
    npy_longdouble sum = 0;
    PyArrayIterObject *walk = (PyArrayIterObject *)PyArray_IterNew((PyObject *)values);
    Py_DECREF(values);
    if (walk == NULL) {
        return NULL;
    }
    while (PyArray_ITER_NOTDONE(walk)) {
        sum += *(npy_longdouble *)PyArray_ITER_DATA(walk);
        PyArray_ITER_NEXT(walk);
    }
    Py_DECREF(walk);
    return PyFloat_FromDouble((double)sum);
}

/* The sizes with which this file was compiled; an array has to have the same. */
static PyObject *
item_sizes(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(none))
{
    return Py_BuildValue("{s:n,s:n,s:n,s:n}", "longdouble", (Py_ssize_t)sizeof(npy_longdouble),
                         "clongdouble", (Py_ssize_t)sizeof(npy_clongdouble), "long",
                         (Py_ssize_t)sizeof(npy_long), "intp", (Py_ssize_t)sizeof(npy_intp));
}

static PyMethodDef methods[] = {
    {"rolling_mean", rolling_mean, METH_VARARGS, "Mean of every `width` values in a row."},
    {"total", total, METH_O, "Sum of all values."},
    {"item_sizes", item_sizes, METH_NOARGS, "Sizes of types, as they were compiled."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "rollmean._core",
    .m_size = -1,
    .m_methods = methods,
};

PyMODINIT_FUNC
PyInit__core(void)
{
    import_array();
    return PyModule_Create(&module);
}
