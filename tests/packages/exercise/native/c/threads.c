/* Threads, what belongs to each of them, and what they share. */
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "exercise.h"
#include "thread.h"

enum { THREADS = 4, ROUNDS = 2000 };

/* ---- A counter under a lock, and a thread that waits for another -------------------------- */

#ifdef _WIN32
static CRITICAL_SECTION lock;
static CONDITION_VARIABLE changed;
#define LOCK() EnterCriticalSection(&lock)
#define UNLOCK() LeaveCriticalSection(&lock)
#define WAIT() SleepConditionVariableCS(&changed, &lock, INFINITE)
#define WAKE() WakeAllConditionVariable(&changed)
#define MAKE() (InitializeCriticalSection(&lock), InitializeConditionVariable(&changed))
#else
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
#define LOCK() pthread_mutex_lock(&lock)
#define UNLOCK() pthread_mutex_unlock(&lock)
#define WAIT() pthread_cond_wait(&changed, &lock)
#define WAKE() pthread_cond_broadcast(&changed)
#define MAKE() ((void)0)
#endif

static long counter;
static int turn;

static void take_turns(void *argument)
{
    const int mine = *(const int *)argument;
    for (int round = 0; round < ROUNDS; round++) {
        LOCK();
        counter++;
        UNLOCK();
    }
    LOCK();
    while (turn != mine) {
        WAIT();
    }
    turn++;
    WAKE();
    UNLOCK();
}

void check_threads(const Input *input, const Report *report)
{
    (void)input;
    Thread threads[THREADS];
    int numbers[THREADS];
    int started = 0;
    MAKE();
    counter = 0;
    turn = 0;
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        started += thread_start(&threads[i], take_turns, &numbers[i]) == 0;
    }
    for (int i = 0; i < started; i++) {
        thread_join(&threads[i]);
    }
    report_integer(report, "started", started);
    report_integer(report, "counted", counter);
    report_integer(report, "turns", turn);
}

/* ---- One copy for each thread ------------------------------------------------------------ */

static _Thread_local int own_number = 7;
static _Thread_local long own_count;
static _Thread_local char own_block[4096] = "a block";
static _Thread_local _Alignas(64) double own_aligned[8];

typedef struct Own {
    int first_number;
    long count;
    int block_is_fresh;
    uintptr_t address;
    int aligned;
} Own;

static void use_own(void *argument)
{
    Own *own = argument;
    own->first_number = own_number;
    own->block_is_fresh = memcmp(own_block, "a block", 8) == 0 && own_block[4095] == 0;
    own->address = (uintptr_t)&own_number;
    own->aligned = (uintptr_t)own_aligned % 64 == 0;
    for (int round = 0; round < ROUNDS; round++) {
        own_number++;
        own_count++;
        own_block[round % 4096] = 'x';
        own_aligned[round % 8] += 1;
    }
    own->count = own_count;
}

void check_thread_local(const Input *input, const Report *report)
{
    (void)input;
    Thread threads[THREADS];
    Own own[THREADS];
    memset(own, 0, sizeof own);
    own_number = 11; /* this thread's, and no other's */
    int started = 0;
    for (int i = 0; i < THREADS; i++) {
        started += thread_start(&threads[i], use_own, &own[i]) == 0;
    }
    for (int i = 0; i < started; i++) {
        thread_join(&threads[i]);
    }
    int fresh = 0;
    int counted = 0;
    int aligned = 0;
    for (int i = 0; i < THREADS; i++) {
        fresh += own[i].first_number == 7 && own[i].block_is_fresh;
        counted += own[i].count == ROUNDS;
        aligned += own[i].aligned;
    }
    report_integer(report, "fresh", fresh);
    report_integer(report, "counted", counted);
    report_integer(report, "aligned", aligned);
    report_integer(report, "not this thread's", own[0].address != (uintptr_t)&own_number);
    report_integer(report, "own number", own_number);
}

/* ---- What all change at once, without a lock --------------------------------------------- */

/* That no machine has them is the point: the compiler calls functions for the widest ones. */
#pragma clang diagnostic ignored "-Watomic-alignment"

typedef struct Pair {
    uint64_t low;
    uint64_t high;
} Pair;

/* More than 16 bytes: up to there a compiler may fill an atomic object up to a power of two, and what it
 * is filled with belongs to what an exchange compares. */
typedef struct Odd {
    unsigned char bytes[21];
} Odd;

static struct {
    _Atomic uint8_t one;
    _Atomic uint16_t two;
    _Atomic uint32_t four;
    _Atomic uint64_t eight;
    _Atomic double number;
    _Atomic(Pair) pair;
    _Atomic(Odd) odd;
    atomic_flag spin;
    long spun;
} shared = {.spin = ATOMIC_FLAG_INIT};

static void change_shared(void *argument)
{
    (void)argument;
    for (int round = 0; round < ROUNDS; round++) {
        atomic_fetch_add(&shared.one, 1);
        atomic_fetch_add(&shared.two, 1);
        atomic_fetch_add(&shared.four, 1);
        atomic_fetch_add(&shared.eight, UINT64_C(0x100000001));

        double number = atomic_load(&shared.number);
        while (!atomic_compare_exchange_weak(&shared.number, &number, number + 0.5)) {
        }
        Pair pair = atomic_load(&shared.pair);
        Pair next;
        do {
            next.low = pair.low + 1;
            next.high = pair.high + 2;
        } while (!atomic_compare_exchange_strong(&shared.pair, &pair, next));
        Odd odd = atomic_load(&shared.odd);
        Odd after;
        do {
            after = odd;
            after.bytes[20] = (unsigned char)(odd.bytes[20] + 1);
        } while (!atomic_compare_exchange_strong(&shared.odd, &odd, after));

        while (atomic_flag_test_and_set_explicit(&shared.spin, memory_order_acquire)) {
        }
        shared.spun++;
        atomic_flag_clear_explicit(&shared.spin, memory_order_release);
    }
}

void check_atomics(const Input *input, const Report *report)
{
    (void)input;
    Thread threads[THREADS];
    int started = 0;
    const Pair no_pair = {0, 0};
    const Odd no_odd = {{0}};
    atomic_store(&shared.one, 0);
    atomic_store(&shared.two, 0);
    atomic_store(&shared.four, 0);
    atomic_store(&shared.eight, 0);
    atomic_store(&shared.number, 0);
    atomic_store(&shared.pair, no_pair);
    atomic_store(&shared.odd, no_odd);
    shared.spun = 0;
    for (int i = 0; i < THREADS; i++) {
        started += thread_start(&threads[i], change_shared, NULL) == 0;
    }
    for (int i = 0; i < started; i++) {
        thread_join(&threads[i]);
    }
    report_integer(report, "one", atomic_load(&shared.one));
    report_integer(report, "two", atomic_load(&shared.two));
    report_integer(report, "four", atomic_load(&shared.four));
    report_integer(report, "eight", (long long)atomic_load(&shared.eight));
    report_integer(report, "number", (long long)atomic_load(&shared.number));
    const Pair pair = atomic_load(&shared.pair);
    report_integer(report, "low", (long long)pair.low);
    report_integer(report, "high", (long long)pair.high);
    report_integer(report, "odd", atomic_load(&shared.odd).bytes[20]);
    report_integer(report, "spun", shared.spun);
}
