/* From a check to Python: `run(name, bytes)` gives a dict of what the check reported. The code is C
 * and C++ at once, and asks for nothing but the stable ABI of CPython 3.9. */
#ifndef EXERCISE_MODULE_H
#define EXERCISE_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <string.h>

#include "exercise.h"

typedef struct Collected {
    PyObject *facts;
    PyThreadState *thread; /* the one that was let go while the check runs */
    int failed;
} Collected;

/* Steals the value. */
static void collect(Collected *to, const char *name, PyObject *value)
{
    if (value == NULL || PyDict_SetItemString(to->facts, name, value) < 0) {
        to->failed = 1;
    }
    Py_XDECREF(value);
}

static void collect_integer(void *into, const char *name, long long value)
{
    Collected *to = (Collected *)into;
    PyEval_RestoreThread(to->thread);
    collect(to, name, PyLong_FromLongLong(value));
    to->thread = PyEval_SaveThread();
}

static void collect_bytes(void *into, const char *name, const void *value, size_t size)
{
    Collected *to = (Collected *)into;
    PyEval_RestoreThread(to->thread);
    collect(to, name, PyBytes_FromStringAndSize((const char *)value, (Py_ssize_t)size));
    to->thread = PyEval_SaveThread();
}

/* What a check threw is kept until Python may be spoken to again. */
typedef struct Caught Caught;
typedef void Call(Run *run, const Input *input, const Report *report, Caught *caught);

/* The facts of a check, run by `call` without the GIL; NULL with an exception. */
static PyObject *run_check(const Check *checks, PyObject *args, Call *call, Caught *caught)
{
    const char *name;
    const char *bytes;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "sy#:run", &name, &bytes, &size)) {
        return NULL;
    }
    while (checks->name != NULL && strcmp(checks->name, name) != 0) {
        checks++;
    }
    if (checks->name == NULL) {
        return PyErr_Format(PyExc_LookupError, "there is no check `%s`", name);
    }
    Collected collected = {PyDict_New(), NULL, 0};
    if (collected.facts == NULL) {
        return NULL;
    }
    const Input input = {(const unsigned char *)bytes, (size_t)size};
    const Report report = {&collected, collect_integer, collect_bytes};
    collected.thread = PyEval_SaveThread();
    call(checks->run, &input, &report, caught);
    PyEval_RestoreThread(collected.thread);
    if (collected.failed) {
        Py_DECREF(collected.facts);
        return NULL;
    }
    return collected.facts;
}

static PyObject *names_of(const Check *checks)
{
    PyObject *names = PyList_New(0);
    for (; names != NULL && checks->name != NULL; checks++) {
        PyObject *name = PyUnicode_FromString(checks->name);
        if (name == NULL || PyList_Append(names, name) < 0) {
            Py_CLEAR(names);
        }
        Py_XDECREF(name);
    }
    return names;
}

#endif
