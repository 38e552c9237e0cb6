// `exercise._cxx`: the checks in C++, and exceptions that become Python's.
#include "module.h"

#include <exception>
#include <new>
#include <system_error>

#include "exercise.hpp"

struct Caught {
    std::exception_ptr exception;
};

namespace {

void call_guarded(Run *run, const Input *input, const Report *report, Caught *caught)
{
    try {
        run(input, report);
    } catch (...) {
        caught->exception = std::current_exception();
    }
}

void translate(const std::exception_ptr &exception)
{
    try {
        std::rethrow_exception(exception);
    } catch (const exercise::CodedError &error) {
        PyErr_Format(PyExc_ArithmeticError, "%s (%d)", error.what(), error.code);
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    } catch (const std::invalid_argument &error) {
        PyErr_SetString(PyExc_ValueError, error.what());
    } catch (const std::out_of_range &error) {
        PyErr_SetString(PyExc_IndexError, error.what());
    } catch (const std::overflow_error &error) {
        PyErr_SetString(PyExc_OverflowError, error.what());
    } catch (const std::system_error &error) {
        errno = error.code().value();
        PyErr_SetFromErrnoWithFilename(PyExc_OSError, error.what());
    } catch (const std::exception &error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
    } catch (...) {
        PyErr_SetString(PyExc_SystemError, "no std::exception");
    }
}

PyObject *run(PyObject *, PyObject *args)
{
    Caught caught;
    PyObject *facts = run_check(cxx_checks, args, call_guarded, &caught);
    if (facts != nullptr && caught.exception != nullptr) {
        Py_DECREF(facts);
        translate(caught.exception);
        return nullptr;
    }
    return facts;
}

PyObject *names(PyObject *, PyObject *)
{
    return names_of(cxx_checks);
}

PyMethodDef methods[] = {
    {"run", run, METH_VARARGS, "run($module, name, data, /)\n--\n\nWhat a check found."},
    {"names", names, METH_NOARGS, "names($module, /)\n--\n\nNames of the checks."},
    {nullptr, nullptr, 0, nullptr},
};

} // namespace

#define MODULE_NAME "_cxx"
#define MODULE_INIT PyInit__cxx
#define MODULE_EXPORT PyModExport__cxx
#include "define.h"
