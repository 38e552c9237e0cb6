/* Atomic operations on what no instruction can change at once.
 *
 * Zig 0.16 leaves these out of its compiler_rt for 32-bit ARM: it takes every ARM for a v6-M, which
 * has no instruction to build them on. All of one file share the locks, and nothing else does: the
 * compiler calls these functions for all accesses to an object or for none. */

#include <stddef.h>

enum { LOCKS = 64, LINE = 64 };

static struct {
    _Alignas(LINE) char taken;
} locks[LOCKS];

static char *lock_of(const void *object)
{
    char *lock = &locks[((size_t)object >> 3) % LOCKS].taken;
    while (__atomic_test_and_set(lock, __ATOMIC_ACQUIRE)) {
    }
    return lock;
}

static void copy(size_t size, unsigned char *to, const unsigned char *from)
{
    for (size_t i = 0; i < size; i++) {
        to[i] = from[i];
    }
}

void own_load(size_t size, const void *object, void *into, int order) __asm__("__atomic_load");
void own_load(size_t size, const void *object, void *into, int order)
{
    (void)order;
    char *lock = lock_of(object);
    copy(size, into, object);
    __atomic_clear(lock, __ATOMIC_RELEASE);
}

void own_store(size_t size, void *object, const void *value, int order) __asm__("__atomic_store");
void own_store(size_t size, void *object, const void *value, int order)
{
    (void)order;
    char *lock = lock_of(object);
    copy(size, object, value);
    __atomic_clear(lock, __ATOMIC_RELEASE);
}

void own_exchange(size_t size, void *object, const void *value, void *old, int order)
    __asm__("__atomic_exchange");
void own_exchange(size_t size, void *object, const void *value, void *old, int order)
{
    (void)order;
    char *lock = lock_of(object);
    copy(size, old, object);
    copy(size, object, value);
    __atomic_clear(lock, __ATOMIC_RELEASE);
}

_Bool own_compare(size_t size, void *object, void *expected, const void *value, int good, int bad)
    __asm__("__atomic_compare_exchange");
_Bool own_compare(size_t size, void *object, void *expected, const void *value, int good, int bad)
{
    (void)good;
    (void)bad;
    const unsigned char *found = object;
    const unsigned char *wanted = expected;
    char *lock = lock_of(object);
    size_t same = 0;
    while (same < size && found[same] == wanted[same]) {
        same++;
    }
    if (same == size) {
        copy(size, object, value);
    } else {
        copy(size, expected, object);
    }
    __atomic_clear(lock, __ATOMIC_RELEASE);
    return same == size;
}
