/* Where the refusal line is written, and where it is not. Each case runs in a child whose
   descriptor 2 is made for it. */

#include "../check.h"
#include "notice.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static const char line[] = "rampart: denied `x`\n";
static struct rp_settings settings;

/* What descriptor 2 was at load. */
static void note(int fd) {
    struct stat status;
    memset(&settings, 0, sizeof settings);
    if (fstat(fd, &status) != 0)
        return;
    settings.stderr_open = true;
    settings.stderr_device = status.st_dev;
    settings.stderr_inode = status.st_ino;
}

/* Writes the line in a child with those descriptors 1 and 2; -1 closes one. The child's exit
   status: 0 where its signal mask is what it was. */
static int write_with(int output, int error) {
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        sigset_t mask;
        (void)signal(SIGPIPE, SIG_DFL);
        (void)sigemptyset(&mask);
        (void)sigaddset(&mask, SIGUSR2);
        (void)sigprocmask(SIG_SETMASK, &mask, NULL);
        if (output >= 0 ? dup2(output, 1) < 0 : close(1) < 0)
            _exit(10);
        if (error >= 0 ? dup2(error, 2) < 0 : close(2) < 0)
            _exit(11);
        rp_notice_write(&settings, line, sizeof line - 1);
        (void)sigprocmask(SIG_SETMASK, NULL, &mask);
        _exit(sigismember(&mask, SIGPIPE) == 0 && sigismember(&mask, SIGUSR2) == 1 ? 0 : 12);
    }
    (void)waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* How many bytes can be read without waiting. */
static size_t drain(int fd) {
    char bytes[65536];
    size_t total = 0;
    ssize_t count;
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    while ((count = read(fd, bytes, sizeof bytes)) > 0)
        total += (size_t)count;
    return total;
}

static void check_pipes(void) {
    int pipe1[2];
    int pipe2[2];
    CHECK(pipe(pipe1) == 0 && pipe(pipe2) == 0, "%s", strerror(errno));
    note(pipe1[1]);
    CHECK(write_with(pipe2[1], pipe1[1]) == 0 && drain(pipe1[0]) == sizeof line - 1, "%s",
          "as at load");
    CHECK(write_with(pipe1[1], pipe2[1]) == 0 && drain(pipe2[0]) == 0, "%s", "another object");
    CHECK(write_with(pipe2[1], pipe2[1]) == 0 && drain(pipe2[0]) == sizeof line - 1, "%s",
          "what standard output is");
    CHECK(write_with(-1, pipe2[1]) == 0 && drain(pipe2[0]) == 0, "%s", "no standard output");
    CHECK(write_with(pipe1[1], -1) == 0 && drain(pipe1[0]) == 0, "%s", "closed now");
    settings.stderr_open = false;
    CHECK(write_with(pipe2[1], pipe1[1]) == 0 && drain(pipe1[0]) == 0, "%s", "closed at load");
}

static void check_full_pipe(void) {
    char bytes[4096] = {0};
    int ends[2];
    size_t filled = 0;
    CHECK(pipe(ends) == 0, "%s", strerror(errno));
    (void)fcntl(ends[1], F_SETFL, O_NONBLOCK);
    while (write(ends[1], bytes, sizeof bytes) > 0)
        filled += sizeof bytes;
    (void)fcntl(ends[1], F_SETFL, 0);
    note(ends[1]);
    (void)alarm(20);
    CHECK(write_with(ends[1], ends[1]) == 0 && drain(ends[0]) == filled, "%s", "a full pipe");
    (void)alarm(0);
    (void)close(ends[0]);
    CHECK(write_with(ends[1], ends[1]) == 0, "%s", "a pipe that nobody reads");
}

static void check_sockets(void) {
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "%s", strerror(errno));
    note(ends[1]);
    CHECK(write_with(ends[1], ends[1]) == 0 && drain(ends[0]) == sizeof line - 1, "%s", "a socket");
    (void)close(ends[0]);
    CHECK(write_with(ends[1], ends[1]) == 0, "%s", "a socket that nobody reads");
}

static void check_terminals(void) {
    struct termios terminal;
    int near = posix_openpt(O_RDWR | O_NOCTTY);
    int far;
    CHECK(near >= 0 && grantpt(near) == 0 && unlockpt(near) == 0, "%s", strerror(errno));
    far = open(ptsname(near), O_RDWR | O_NOCTTY);
    CHECK(far >= 0 && tcgetattr(far, &terminal) == 0, "%s", strerror(errno));
    note(far);
    CHECK(write_with(far, far) == 0 && drain(near) > 0, "%s", "a terminal that takes lines");
    terminal.c_lflag &= ~(tcflag_t)ICANON;
    (void)tcsetattr(far, TCSANOW, &terminal);
    CHECK(write_with(far, far) == 0 && drain(near) == 0, "%s", "a terminal in raw mode");
    terminal.c_lflag |= ICANON | TOSTOP;
    (void)tcsetattr(far, TCSANOW, &terminal);
    CHECK(write_with(far, far) == 0 && drain(near) == 0, "%s", "from the background of a terminal");
}

int main(void) {
    check_pipes();
    check_full_pipe();
    check_sockets();
    check_terminals();
    return check_finish();
}
