/* Sockets over the loopback, and a pipe. */
#define _POSIX_C_SOURCE 200809L
#define _DARWIN_C_SOURCE 1

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <fcntl.h>
#include <io.h>
#include <winsock2.h>
#include <ws2tcpip.h>
typedef SOCKET Socket;
#define CLOSE closesocket
#define MAKE_PIPE(ends) _pipe(ends, 4096, _O_BINARY)
#define READ_PIPE(end, bytes, size) _read(end, bytes, (unsigned)(size))
#define WRITE_PIPE(end, bytes, size) _write(end, bytes, (unsigned)(size))
#define CLOSE_PIPE _close
#else
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
typedef int Socket;
#define INVALID_SOCKET (-1)
#define CLOSE close
#define MAKE_PIPE pipe
#define READ_PIPE read
#define WRITE_PIPE write
#define CLOSE_PIPE close
#endif

#include <string.h>

#include "exercise.h"
#include "thread.h"

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((unsigned short)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/* A socket on a port of the system's choice; the port, or 0. */
static int bound(Socket *made, int type)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    *made = socket(AF_INET, type, 0);
    if (*made == INVALID_SOCKET || bind(*made, (struct sockaddr *)&address, size) != 0 ||
        getsockname(*made, (struct sockaddr *)&address, &size) != 0) {
        return 0;
    }
    return ntohs(address.sin_port);
}

/* Sends back what arrives on one connection, until the other side has said all. */
static void echo(void *argument)
{
    const Socket server = *(const Socket *)argument;
    const Socket client = accept(server, NULL, NULL);
    char bytes[256];
    int size;
    while ((size = (int)recv(client, bytes, sizeof bytes, 0)) > 0) {
        send(client, bytes, (unsigned)size, 0);
    }
    CLOSE(client);
}

static void stream(const Input *input, const Report *report)
{
    Socket server;
    Thread thread;
    const int port = bound(&server, SOCK_STREAM);
    if (port == 0 || listen(server, 1) != 0 || thread_start(&thread, echo, &server) != 0) {
        report_text(report, "failed", "a server");
        return;
    }
    const struct sockaddr_in address = loopback(port);
    const Socket client = socket(AF_INET, SOCK_STREAM, 0);
    const int failed = connect(client, (const struct sockaddr *)&address, sizeof address);
    report_integer(report, "connected", failed == 0);
    send(client, (const char *)input->bytes, (unsigned)input->size, 0);
    shutdown(client, 1); /* SHUT_WR, or SD_SEND */
    char bytes[1024];
    size_t size = 0;
    int more;
    while (size < sizeof bytes &&
           (more = (int)recv(client, bytes + size, (unsigned)(sizeof bytes - size), 0)) > 0) {
        size += (size_t)more;
    }
    CLOSE(client);
    CLOSE(server);
    thread_join(&thread);
    report->bytes(report->into, "echo", bytes, size);
}

static void datagram(const Input *input, const Report *report)
{
    Socket from, to;
    const int port = bound(&to, SOCK_DGRAM);
    const int source = bound(&from, SOCK_DGRAM);
    const struct sockaddr_in address = loopback(port);
    struct sockaddr_in sender;
    socklen_t size = sizeof sender;
    char bytes[1024];
    memset(&sender, 0, sizeof sender);
    sendto(from, (const char *)input->bytes, (unsigned)input->size, 0,
           (const struct sockaddr *)&address, sizeof address);
    const int got =
        (int)recvfrom(to, bytes, sizeof bytes, 0, (struct sockaddr *)&sender, &size);
    CLOSE(from);
    CLOSE(to);
    report->bytes(report->into, "datagram", bytes, got > 0 ? (size_t)got : 0);
    report_integer(report, "from its sender", ntohs(sender.sin_port) == source);
}

static void addresses(const Report *report)
{
    struct addrinfo wanted, *found = NULL;
    memset(&wanted, 0, sizeof wanted);
    wanted.ai_family = AF_INET;
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_NUMERICHOST; /* a machine need not have names */
    const int failed = getaddrinfo("127.0.0.1", "80", &wanted, &found);
    report_integer(report, "looked up", failed == 0);
    if (failed == 0) {
        char text[64] = "";
        const struct sockaddr_in *address = (const struct sockaddr_in *)(const void *)found->ai_addr;
        inet_ntop(AF_INET, &address->sin_addr, text, sizeof text);
        report_text(report, "address", text);
        report_integer(report, "port", ntohs(address->sin_port));
        freeaddrinfo(found);
    }
    struct in6_addr six;
    report_integer(report, "six", inet_pton(AF_INET6, "2001:db8::1", &six));
    report->bytes(report->into, "six bytes", &six, sizeof six);
}

/* Input: what to send. */
void check_sockets(const Input *input, const Report *report)
{
#ifdef _WIN32
    WSADATA data;
    report_integer(report, "started", WSAStartup(MAKEWORD(2, 2), &data) == 0);
#else
    report_integer(report, "started", 1);
#endif
    stream(input, report);
    datagram(input, report);
    addresses(report);
#ifdef _WIN32
    WSACleanup();
#endif
}

/* Input: what to send. */
void check_pipe(const Input *input, const Report *report)
{
    int ends[2];
    char bytes[1024];
    if (MAKE_PIPE(ends) != 0) {
        report_text(report, "failed", "a pipe");
        return;
    }
    report_integer(report, "written", (long long)WRITE_PIPE(ends[1], input->bytes, input->size));
    CLOSE_PIPE(ends[1]);
    const long long size = (long long)READ_PIPE(ends[0], bytes, sizeof bytes);
    CLOSE_PIPE(ends[0]);
    report->bytes(report->into, "read", bytes, size > 0 ? (size_t)size : 0);
}
