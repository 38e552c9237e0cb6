/* Threads in C: POSIX's, and Windows' own. */
#ifndef EXERCISE_THREAD_H
#define EXERCISE_THREAD_H

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <process.h>
#include <stdint.h>
#include <windows.h>
#else
#include <pthread.h>
#endif

typedef struct Thread {
    void (*body)(void *);
    void *argument;
#ifdef _WIN32
    HANDLE handle;
#else
    pthread_t handle;
#endif
} Thread;

#ifdef _WIN32
static inline unsigned __stdcall thread_main(void *self)
#else
static inline void *thread_main(void *self)
#endif
{
    Thread *thread = (Thread *)self;
    thread->body(thread->argument);
    return 0;
}

/* 0, or 1 if there is no thread to be had. The thread's struct must live until it is joined. */
static inline int thread_start(Thread *thread, void (*body)(void *), void *argument)
{
    thread->body = body;
    thread->argument = argument;
#ifdef _WIN32
    thread->handle = (HANDLE)_beginthreadex(NULL, 0, thread_main, thread, 0, NULL);
    return thread->handle == NULL;
#else
    return pthread_create(&thread->handle, NULL, thread_main, thread) != 0;
#endif
}

static inline void thread_join(Thread *thread)
{
#ifdef _WIN32
    WaitForSingleObject(thread->handle, INFINITE);
    CloseHandle(thread->handle);
#else
    pthread_join(thread->handle, NULL);
#endif
}

#endif
