/* The module of the including file, from its `methods`, for the ABI that is built for. */

#ifdef Py_TARGET_ABI3T
#pragma clang diagnostic ignored "-Wmissing-field-initializers" /* CPython's own macros leave some out */
PyABIInfo_VAR(abi_info);

static PySlot slots[] = {
    PySlot_STATIC_DATA(Py_mod_name, (void *)MODULE_NAME),
    PySlot_STATIC_DATA(Py_mod_methods, methods),
    PySlot_DATA(Py_mod_gil, Py_MOD_GIL_NOT_USED),
    PySlot_STATIC_DATA(Py_mod_abi, &abi_info),
    PySlot_END,
};

PyMODEXPORT_FUNC MODULE_EXPORT(void)
{
    return slots;
}
#else
static PyModuleDef_Slot slots[] = {
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, MODULE_NAME, NULL, 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC MODULE_INIT(void)
{
    return PyModuleDef_Init(&definition);
}
#endif
