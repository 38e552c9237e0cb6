#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "dot.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__riscv) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(_WIN32)
#include <windows.h>
#endif

/* What this processor can do, the slowest first. */
static struct {
    const char *name;
    dot_function *function;
} kinds[4];
static Py_ssize_t known;

static void add(const char *name, dot_function *function)
{
    kinds[known].name = name;
    kinds[known].function = function;
    known++;
}

static void look(void)
{
    known = 0;
    add("plain", dot_plain);
#if defined(__x86_64__) || defined(__i386__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2")) {
        add("avx2", dot_avx2);
    }
    if (__builtin_cpu_supports("avx512bw")) {
        add("avx512", dot_avx512);
    }
#elif defined(__aarch64__) && defined(__linux__)
    if (getauxval(AT_HWCAP) & 1UL << 20) { /* HWCAP_ASIMDDP */
        add("dotprod", dot_dotprod);
    }
#elif defined(__aarch64__) && defined(_WIN32)
    if (IsProcessorFeaturePresent(43)) { /* PF_ARM_V82_DP_INSTRUCTIONS_AVAILABLE */
        add("dotprod", dot_dotprod);
    }
#elif defined(__aarch64__) && defined(__APPLE__)
    add("dotprod", dot_dotprod); /* every processor that macOS runs on */
#elif defined(__riscv) && __riscv_xlen == 64 && defined(__linux__)
    if (getauxval(AT_HWCAP) & 1UL << ('v' - 'a')) {
        add("rvv", dot_rvv);
    }
#endif
}

static PyObject *usable(PyObject *self, PyObject *none)
{
    (void)self, (void)none;
    PyObject *names = PyTuple_New(known);
    for (Py_ssize_t i = 0; names && i < known; i++) {
        PyObject *name = PyUnicode_FromString(kinds[i].name);
        if (!name) {
            Py_CLEAR(names);
            break;
        }
        PyTuple_SET_ITEM(names, i, name);
    }
    return names;
}

static dot_function *function_of(const char *name)
{
    for (Py_ssize_t i = known; i-- > 0;) {
        if (!*name || !strcmp(kinds[i].name, name)) {
            return kinds[i].function;
        }
    }
    PyErr_Format(PyExc_ValueError, "this processor has no %s", name);
    return NULL;
}

static PyObject *dot(PyObject *self, PyObject *args)
{
    (void)self;
    const char *name = "";
    Py_buffer left, right;
    if (!PyArg_ParseTuple(args, "y*y*|s", &left, &right, &name)) {
        return NULL;
    }
    PyObject *result = NULL;
    dot_function *function = function_of(name);
    if (function && left.len != right.len) {
        PyErr_SetString(PyExc_ValueError, "both need the same length");
    } else if (function) {
        result = PyLong_FromUnsignedLongLong(function(left.buf, right.buf, (size_t)left.len));
    }
    PyBuffer_Release(&left);
    PyBuffer_Release(&right);
    return result;
}

static PyMethodDef methods[] = {
    {"dot", dot, METH_VARARGS, "dot(left, right, kind=\"\", /)\n--\n\nThe sum of the products of bytes."},
    {"usable", usable, METH_NOARGS, "usable()\n--\n\nNames of the kinds that this processor can run."},
    {NULL, NULL, 0, NULL},
};

static int start(PyObject *module)
{
    (void)module;
    look();
    return 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, start},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "simd._core",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&module);
}
