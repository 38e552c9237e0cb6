#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "accumulate.h"

/* x87 arithmetic rounds when a value is stored, not when it is computed, which breaks the
 * compensation of lost digits. */
#if FLT_EVAL_METHOD != 0
#error "fastsum needs doubles that are computed as doubles: build for a CPU with SSE2"
#endif

typedef struct {
    PyTypeObject *summary;
} core_state;

static core_state *state_of(PyObject *module)
{
    return (core_state *)PyModule_GetState(module);
}

/* ---- Reading a buffer ---------------------------------------------------------------------- */

typedef double (*reader)(const char *item);

#define READER(NAME, TYPE)                                                                         \
    static double NAME(const char *item)                                                           \
    {                                                                                              \
        TYPE value;                                                                                \
        memcpy(&value, item, sizeof value);                                                        \
        return (double)value;                                                                      \
    }

READER(read_double, double)
READER(read_float, float)
READER(read_char, signed char)
READER(read_uchar, unsigned char)
READER(read_short, short)
READER(read_ushort, unsigned short)
READER(read_int, int)
READER(read_uint, unsigned int)
READER(read_long, long)
READER(read_ulong, unsigned long)
READER(read_longlong, long long)
READER(read_ulonglong, unsigned long long)

/* Formats are those of the struct module in native mode; a leading '@' is allowed. */
static reader reader_for(const Py_buffer *view)
{
    const char *format = view->format ? view->format : "B";
    if (*format == '@') {
        format++;
    }
    if (format[0] == '\0' || format[1] != '\0') {
        return NULL;
    }
    switch (*format) {
    case 'd': return read_double;
    case 'f': return read_float;
    case 'b': return read_char;
    case 'B': return read_uchar;
    case 'h': return read_short;
    case 'H': return read_ushort;
    case 'i': return read_int;
    case 'I': return read_uint;
    case 'l': return read_long;
    case 'L': return read_ulong;
    case 'q': return read_longlong;
    case 'Q': return read_ulonglong;
    default: return NULL;
    }
}

typedef struct {
    Py_buffer view;
    reader read;
    Py_ssize_t count;
    Py_ssize_t stride;
} column;

static int open_column(PyObject *object, column *out)
{
    if (PyObject_GetBuffer(object, &out->view, PyBUF_STRIDED_RO | PyBUF_FORMAT) < 0) {
        return -1;
    }
    out->read = reader_for(&out->view);
    if (out->view.ndim != 1) {
        PyErr_Format(PyExc_ValueError, "expected one dimension, not %d", out->view.ndim);
    } else if (out->read == NULL) {
        PyErr_Format(PyExc_TypeError, "items of format '%s' are not numbers", out->view.format);
    } else {
        out->count = out->view.shape[0];
        out->stride = out->view.strides[0];
        return 0;
    }
    PyBuffer_Release(&out->view);
    return -1;
}

static double item(const column *self, Py_ssize_t index)
{
    return self->read((const char *)self->view.buf + index * self->stride);
}

/* ---- Functions ----------------------------------------------------------------------------- */

PyDoc_STRVAR(total_doc, "total($module, data, /, *, start=0.0)\n--\n\n"
                        "The sum of all items, with rounding errors compensated.");

static PyObject *total(PyObject *Py_UNUSED(module), PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", "start", NULL};
    PyObject *object;
    double start = 0.0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$d:total", names, &object, &start)) {
        return NULL;
    }
    column data;
    if (open_column(object, &data) < 0) {
        return NULL;
    }
    accumulator sum = {start, 0.0};
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < data.count; i++) {
        accumulate(&sum, item(&data, i));
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&data.view);
    return PyFloat_FromDouble(accumulated(&sum));
}

PyDoc_STRVAR(dot_doc, "dot($module, left, right, /)\n--\n\n"
                      "The sum of the products of the items of two equally long buffers.");

static PyObject *dot(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    if (count != 2) {
        PyErr_Format(PyExc_TypeError, "dot() takes 2 arguments, not %zd", count);
        return NULL;
    }
    PyObject *result = NULL;
    column left, right;
    if (open_column(args[0], &left) < 0) {
        return NULL;
    }
    if (open_column(args[1], &right) < 0) {
        PyBuffer_Release(&left.view);
        return NULL;
    }
    if (left.count != right.count) {
        PyErr_Format(PyExc_ValueError, "lengths differ: %zd and %zd", left.count, right.count);
    } else {
        accumulator sum = {0.0, 0.0};
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < left.count; i++) {
            accumulate(&sum, item(&left, i) * item(&right, i));
        }
        Py_END_ALLOW_THREADS
        result = PyFloat_FromDouble(accumulated(&sum));
    }
    PyBuffer_Release(&right.view);
    PyBuffer_Release(&left.view);
    return result;
}

PyDoc_STRVAR(describe_doc, "describe($module, data, /, *, ddof=0)\n--\n\n"
                           "Count, mean, variance, minimum and maximum, as a named tuple.");

static PyObject *summary_from(core_state *state, Py_ssize_t count, const double *values)
{
    PyObject *result = PyStructSequence_New(state->summary);
    if (result == NULL) {
        return NULL;
    }
    PyObject *number = PyLong_FromSsize_t(count);
    for (Py_ssize_t i = 0; number != NULL; number = PyFloat_FromDouble(values[i++])) {
        PyStructSequence_SetItem(result, i, number);
        if (i == 4) {
            return result;
        }
    }
    Py_DECREF(result);
    return NULL;
}

static PyObject *describe(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", "ddof", NULL};
    PyObject *object;
    Py_ssize_t ddof = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$n:describe", names, &object, &ddof)) {
        return NULL;
    }
    column data;
    if (open_column(object, &data) < 0) {
        return NULL;
    }
    if (ddof < 0 || data.count <= ddof) {
        PyErr_Format(PyExc_ValueError, "%zd items are too few for ddof=%zd", data.count, ddof);
        PyBuffer_Release(&data.view);
        return NULL;
    }
    accumulator sum = {0.0, 0.0}, squares = {0.0, 0.0};
    double minimum = INFINITY, maximum = -INFINITY, mean;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < data.count; i++) {
        double value = item(&data, i);
        accumulate(&sum, value);
        minimum = fmin(minimum, value);
        maximum = fmax(maximum, value);
    }
    mean = accumulated(&sum) / (double)data.count;
    for (Py_ssize_t i = 0; i < data.count; i++) {
        double distance = item(&data, i) - mean;
        accumulate(&squares, distance * distance);
    }
    Py_END_ALLOW_THREADS
    Py_ssize_t count = data.count;
    PyBuffer_Release(&data.view);
    double variance = accumulated(&squares) / (double)(count - ddof);
    return summary_from(state_of(module), count, (double[]){mean, variance, minimum, maximum});
}

/* ---- The module, initialised in two phases (PEP 489) ---------------------------------------- */

static PyStructSequence_Field summary_fields[] = {
    {"count", "Number of items."},
    {"mean", "Arithmetic mean."},
    {"variance", "Mean squared distance from the mean."},
    {"minimum", "Smallest item."},
    {"maximum", "Largest item."},
    {NULL, NULL},
};

static PyStructSequence_Desc summary_desc = {
    "fastsum.Summary", "What describe() returns.", summary_fields, 5};

static int core_exec(PyObject *module)
{
    core_state *state = state_of(module);
    state->summary = PyStructSequence_NewType(&summary_desc);
    if (state->summary == NULL) {
        return -1;
    }
    return PyModule_AddType(module, state->summary);
}

static int core_traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(state_of(module)->summary);
    return 0;
}

static int core_clear(PyObject *module)
{
    Py_CLEAR(state_of(module)->summary);
    return 0;
}

/* The detour through void (*)(void) is what keeps -Wcast-function-type quiet. */
#define KEYWORDS(FUNCTION) ((PyCFunction)(void (*)(void))(FUNCTION)), METH_VARARGS | METH_KEYWORDS
#define FASTCALL(FUNCTION) ((PyCFunction)(void (*)(void))(FUNCTION)), METH_FASTCALL

static PyMethodDef core_methods[] = {
    {"total", KEYWORDS(total), total_doc},
    {"dot", FASTCALL(dot), dot_doc},
    {"describe", KEYWORDS(describe), describe_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot core_slots[] = {
    {Py_mod_exec, (void *)core_exec},
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef core_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "fastsum._core",
    .m_doc = "Sums and statistics over the buffer protocol.",
    .m_size = sizeof(core_state),
    .m_methods = core_methods,
    .m_slots = core_slots,
    .m_traverse = core_traverse,
    .m_clear = core_clear,
};

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&core_module);
}
