/* The layouts and numbers of CPython's public headers, as constants to be read from the compiler's
   output. Two pyconfig.h that give the same constants are the same to an extension. */

#include <Python.h>
#include <datetime.h>
#include <structmember.h>
#include <stddef.h>

#define N(name, number) const long long name = (long long) (number);
#define S(type) N(size_##type, sizeof (type)) N(align_##type, _Alignof (type))
#define F(type, member) N(at_##type##_##member, offsetof (type, member))

/* Numbers */
S (Py_ssize_t) S (Py_hash_t) S (Py_uhash_t) S (Py_intptr_t) S (Py_UCS4) S (Py_UCS2) S (Py_UCS1)
S (wchar_t) S (digit) S (sdigit) S (Py_tss_t) S (Py_complex)
N (ssize_t_max, PY_SSIZE_T_MAX)
N (long_digit_bits, PYLONG_BITS_IN_DIGIT)
N (long_base_log2, PyLong_SHIFT)
N (little_endian, PY_LITTLE_ENDIAN)
N (hash_cutoff, Py_HASH_CUTOFF)
N (hash_algorithm_default, Py_HASH_ALGORITHM)
N (tss_needs_init, sizeof ((Py_tss_t) Py_tss_NEEDS_INIT))
#ifdef ALIGNOF_MAX_ALIGN_T
N (alignof_max_align_t, ALIGNOF_MAX_ALIGN_T)
#endif
#ifdef WITH_PYMALLOC
N (allocator_pymalloc, PYMEM_ALLOCATOR_PYMALLOC)
N (allocator_pymalloc_debug, PYMEM_ALLOCATOR_PYMALLOC_DEBUG)
#endif
#ifdef WITH_MIMALLOC
N (allocator_mimalloc, PYMEM_ALLOCATOR_MIMALLOC)
#endif

/* Objects and types */
S (PyObject) F (PyObject, ob_type)
S (PyVarObject) F (PyVarObject, ob_size)
S (PyTypeObject)
F (PyTypeObject, tp_name) F (PyTypeObject, tp_basicsize) F (PyTypeObject, tp_itemsize)
F (PyTypeObject, tp_dealloc) F (PyTypeObject, tp_vectorcall_offset) F (PyTypeObject, tp_getattr)
F (PyTypeObject, tp_setattr) F (PyTypeObject, tp_as_async) F (PyTypeObject, tp_repr)
F (PyTypeObject, tp_as_number) F (PyTypeObject, tp_as_sequence) F (PyTypeObject, tp_as_mapping)
F (PyTypeObject, tp_hash) F (PyTypeObject, tp_call) F (PyTypeObject, tp_str)
F (PyTypeObject, tp_getattro) F (PyTypeObject, tp_setattro) F (PyTypeObject, tp_as_buffer)
F (PyTypeObject, tp_flags) F (PyTypeObject, tp_doc) F (PyTypeObject, tp_traverse)
F (PyTypeObject, tp_clear) F (PyTypeObject, tp_richcompare) F (PyTypeObject, tp_weaklistoffset)
F (PyTypeObject, tp_iter) F (PyTypeObject, tp_iternext) F (PyTypeObject, tp_methods)
F (PyTypeObject, tp_members) F (PyTypeObject, tp_getset) F (PyTypeObject, tp_base)
F (PyTypeObject, tp_dict) F (PyTypeObject, tp_descr_get) F (PyTypeObject, tp_descr_set)
F (PyTypeObject, tp_dictoffset) F (PyTypeObject, tp_init) F (PyTypeObject, tp_alloc)
F (PyTypeObject, tp_new) F (PyTypeObject, tp_free) F (PyTypeObject, tp_is_gc)
F (PyTypeObject, tp_bases) F (PyTypeObject, tp_mro) F (PyTypeObject, tp_cache)
F (PyTypeObject, tp_subclasses) F (PyTypeObject, tp_weaklist) F (PyTypeObject, tp_del)
F (PyTypeObject, tp_version_tag) F (PyTypeObject, tp_finalize) F (PyTypeObject, tp_vectorcall)
#if PY_VERSION_HEX >= 0x030c0000
F (PyTypeObject, tp_watched)
#endif
#if PY_VERSION_HEX >= 0x030d0000
F (PyTypeObject, tp_versions_used)
S (PyMutex)
#endif
S (PyHeapTypeObject)
F (PyHeapTypeObject, as_async) F (PyHeapTypeObject, as_number) F (PyHeapTypeObject, as_mapping)
F (PyHeapTypeObject, as_sequence) F (PyHeapTypeObject, as_buffer) F (PyHeapTypeObject, ht_name)
F (PyHeapTypeObject, ht_slots) F (PyHeapTypeObject, ht_qualname)
F (PyHeapTypeObject, ht_cached_keys) F (PyHeapTypeObject, ht_module)
S (PyNumberMethods) F (PyNumberMethods, nb_inplace_matrix_multiply)
S (PySequenceMethods) F (PySequenceMethods, sq_inplace_repeat)
S (PyMappingMethods) F (PyMappingMethods, mp_ass_subscript)
S (PyAsyncMethods) F (PyAsyncMethods, am_anext)
S (PyBufferProcs) F (PyBufferProcs, bf_releasebuffer)

/* Tables that extensions write */
S (PyModuleDef_Base) F (PyModuleDef_Base, m_init) F (PyModuleDef_Base, m_index)
F (PyModuleDef_Base, m_copy)
S (PyModuleDef) F (PyModuleDef, m_name) F (PyModuleDef, m_doc) F (PyModuleDef, m_size)
F (PyModuleDef, m_methods) F (PyModuleDef, m_slots) F (PyModuleDef, m_traverse)
F (PyModuleDef, m_clear) F (PyModuleDef, m_free)
S (PyModuleDef_Slot) F (PyModuleDef_Slot, value)
S (PyMethodDef) F (PyMethodDef, ml_meth) F (PyMethodDef, ml_flags) F (PyMethodDef, ml_doc)
S (PyMemberDef) F (PyMemberDef, type) F (PyMemberDef, offset) F (PyMemberDef, flags)
F (PyMemberDef, doc)
S (PyGetSetDef) F (PyGetSetDef, get) F (PyGetSetDef, set) F (PyGetSetDef, doc)
F (PyGetSetDef, closure)
S (PyType_Slot) F (PyType_Slot, pfunc)
S (PyType_Spec) F (PyType_Spec, basicsize) F (PyType_Spec, itemsize) F (PyType_Spec, flags)
F (PyType_Spec, slots)
S (PyStructSequence_Field) F (PyStructSequence_Field, doc)
S (PyStructSequence_Desc) F (PyStructSequence_Desc, fields)
F (PyStructSequence_Desc, n_in_sequence)
S (PyMemAllocatorEx) F (PyMemAllocatorEx, free)
S (PyCompilerFlags) F (PyCompilerFlags, cf_feature_version)

/* Instances that macros reach into */
S (Py_buffer) F (Py_buffer, obj) F (Py_buffer, len) F (Py_buffer, itemsize)
F (Py_buffer, readonly) F (Py_buffer, ndim) F (Py_buffer, format) F (Py_buffer, shape)
F (Py_buffer, strides) F (Py_buffer, suboffsets) F (Py_buffer, internal)
S (PyFloatObject) F (PyFloatObject, ob_fval)
S (PyLongObject)
S (PyComplexObject) F (PyComplexObject, cval)
S (PyBytesObject) F (PyBytesObject, ob_sval)
S (PyByteArrayObject) F (PyByteArrayObject, ob_start)
S (PyASCIIObject) F (PyASCIIObject, length) F (PyASCIIObject, hash) F (PyASCIIObject, state)
S (PyCompactUnicodeObject) F (PyCompactUnicodeObject, utf8)
S (PyUnicodeObject) F (PyUnicodeObject, data)
S (PyTupleObject) F (PyTupleObject, ob_item)
S (PyListObject) F (PyListObject, ob_item) F (PyListObject, allocated)
S (PyDictObject) F (PyDictObject, ma_used) F (PyDictObject, ma_keys) F (PyDictObject, ma_values)
S (PySetObject) F (PySetObject, table) F (PySetObject, hash) F (PySetObject, weakreflist)
S (PySliceObject) F (PySliceObject, step)
S (PyCFunctionObject) F (PyCFunctionObject, m_self) F (PyCFunctionObject, vectorcall)
S (PyCMethodObject) F (PyCMethodObject, mm_class)
S (PyMethodObject) F (PyMethodObject, im_self)
S (PyFunctionObject) F (PyFunctionObject, func_code) F (PyFunctionObject, vectorcall)
S (PyCodeObject) F (PyCodeObject, co_flags) F (PyCodeObject, co_firstlineno)
F (PyCodeObject, co_filename)
S (PyDescrObject) F (PyDescrObject, d_qualname)
S (PyWrapperDescrObject) F (PyWrapperDescrObject, d_wrapped)
S (PyBaseExceptionObject) F (PyBaseExceptionObject, suppress_context)
S (PyOSErrorObject) F (PyOSErrorObject, written)
S (PyThreadState) F (PyThreadState, interp)
S (PyStatus) F (PyStatus, exitcode)
S (PyPreConfig) F (PyPreConfig, allocator)
S (PyConfig) F (PyConfig, hash_seed) F (PyConfig, argv) F (PyConfig, run_filename)
S (PyWideStringList)

/* datetime.h */
S (PyDateTime_Delta) F (PyDateTime_Delta, hashcode) F (PyDateTime_Delta, microseconds)
S (PyDateTime_TZInfo)
S (PyDateTime_Date) F (PyDateTime_Date, data)
S (PyDateTime_Time) F (PyDateTime_Time, data) F (PyDateTime_Time, fold) F (PyDateTime_Time, tzinfo)
S (PyDateTime_DateTime) F (PyDateTime_DateTime, data) F (PyDateTime_DateTime, fold)
F (PyDateTime_DateTime, tzinfo)
S (PyDateTime_CAPI) F (PyDateTime_CAPI, TimeZone_UTC) F (PyDateTime_CAPI, TimeType)
F (PyDateTime_CAPI, Time_FromTimeAndFold)
