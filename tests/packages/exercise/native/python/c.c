/* `exercise._c`: the checks in C, and what an extension module in C and Python share. */
#include "module.h"

#include <errno.h>
#include <stdio.h>

#include "thread.h"

static void call_plainly(Run *run, const Input *input, const Report *report, Caught *caught)
{
    (void)caught;
    run(input, report);
}

static PyObject *run(PyObject *module, PyObject *args)
{
    (void)module;
    return run_check(c_checks, args, call_plainly, NULL);
}

static PyObject *names(PyObject *module, PyObject *nothing)
{
    (void)module;
    (void)nothing;
    return names_of(c_checks);
}

/* Numbers through Python's own conversions, which know the sizes of its headers. */
static PyObject *numbers(PyObject *module, PyObject *args)
{
    Py_ssize_t size;
    long long wide;
    unsigned long long mask;
    long native;
    double number;
    (void)module;
    if (!PyArg_ParseTuple(args, "nLKld:numbers", &size, &wide, &mask, &native, &number)) {
        return NULL;
    }
    return Py_BuildValue("nLKld", size, wide, mask, native, number);
}

static PyObject *sizes(PyObject *module, PyObject *nothing)
{
    (void)module;
    (void)nothing;
    return Py_BuildValue("{s:n,s:n,s:n,s:n}", "Py_ssize_t", (Py_ssize_t)sizeof(Py_ssize_t),
                         "greatest", PY_SSIZE_T_MAX, "Py_hash_t", (Py_ssize_t)sizeof(Py_hash_t),
                         "SIZEOF_VOID_P", (Py_ssize_t)SIZEOF_VOID_P);
}

/* Opens a file that is not there: the errno that Python then sees is this module's. */
static PyObject *open_missing(PyObject *module, PyObject *args)
{
    const char *path;
    (void)module;
    if (!PyArg_ParseTuple(args, "s:open_missing", &path)) {
        return NULL;
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return PyErr_SetFromErrnoWithFilename(PyExc_OSError, path);
    }
    fclose(file);
    Py_RETURN_NONE;
}

typedef struct Caller {
    PyObject *function;
    int number;
    int failed;
} Caller;

/* A thread that Python has never heard of. */
static void call_python(void *argument)
{
    Caller *caller = argument;
    const PyGILState_STATE state = PyGILState_Ensure();
    PyObject *answer = PyObject_CallFunction(caller->function, "i", caller->number);
    caller->failed = answer == NULL;
    if (answer == NULL) {
        PyErr_Clear();
    }
    Py_XDECREF(answer);
    PyGILState_Release(state);
}

/* Calls a function once from each of some native threads; the number of calls that did not fail. */
static PyObject *call_from_threads(PyObject *module, PyObject *function)
{
    enum { COUNT = 4 };
    Thread threads[COUNT];
    Caller callers[COUNT];
    int started = 0;
    int good = 0;
    (void)module;
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < COUNT; i++) {
        callers[i] = (Caller){function, i, 1};
        if (thread_start(&threads[i], call_python, &callers[i]) != 0) {
            break;
        }
        started++;
    }
    for (int i = 0; i < started; i++) {
        thread_join(&threads[i]);
        good += !callers[i].failed;
    }
    Py_END_ALLOW_THREADS
    return PyLong_FromLong(good);
}

static PyMethodDef methods[] = {
    {"run", run, METH_VARARGS, "run($module, name, data, /)\n--\n\nWhat a check found."},
    {"names", names, METH_NOARGS, "names($module, /)\n--\n\nNames of the checks."},
    {"numbers", numbers, METH_VARARGS, "The same numbers."},
    {"sizes", sizes, METH_NOARGS, "Sizes that Python's headers know."},
    {"open_missing", open_missing, METH_VARARGS, "Open a file that is not there."},
    {"call_from_threads", call_from_threads, METH_O, "Call from threads of the module's own."},
    {NULL, NULL, 0, NULL},
};

#define MODULE_NAME "_c"
#define MODULE_INIT PyInit__c
#define MODULE_EXPORT PyModExport__c
#include "define.h"
