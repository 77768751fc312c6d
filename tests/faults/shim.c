/* Fails one call into the file system, or is killed at it: loaded before the C library (LD_PRELOAD).
 *
 * Calls that change something below a folder are counted, from 1. The n-th of them does as it is told:
 *
 *   fail    returns an error
 *   half    of a write: writes half of it; the rest fails
 *   kill    SIGKILL before it
 *   cut     of a write: SIGKILL when half of it is written
 *   full    it and all later ones that need space fail, as on a full disk
 *   locked  it and all later ones that open, make, remove or rename fail, as on a disk that has become read-only
 *   trace   all are listed, and done
 *
 * A specification is "root|n|action|errno|log"; from the environment (FAULT), or given to fault_arm(). What has
 * been hit is a line "number kind path" in the log. Children that are programs of their own are left alone. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { OPEN, WRITE, FSYNC, RENAME, TRUNCATE, MKDIR, REMOVE, LINK, LOCK };
enum action { NONE, FAIL, HALF, KILL, CUT, FULL, LOCKED, TRACE };
static const char *const KINDS[] = {"open", "write", "fsync", "rename", "truncate", "mkdir", "remove", "link", "lock"};
static const char *const ACTIONS[] = {"none", "fail", "half", "kill", "cut", "full", "locked", "trace"};

static char root[PATH_MAX];
static size_t root_length;
static atomic_int counted, rest_of = -1; /* rest_of: the descriptor whose next write fails */
static int wanted, error_number, log_fd = -1;
static enum action action = NONE;

#define REAL(type, name, ...)                                                                                     \
    static type (*real)(__VA_ARGS__);                                                                             \
    if (!real) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

static void note(int number, enum kind kind, const char *path) {
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%d %s %s\n", number, KINDS[kind], path + root_length);
    if (log_fd >= 0) syscall(SYS_write, log_fd, line, (size_t)length);
}

void fault_arm(const char *specification) {
    char text[2 * PATH_MAX], *rest = text, *field;
    snprintf(text, sizeof text, "%s", specification);
    snprintf(root, sizeof root, "%s", strsep(&rest, "|"));
    root_length = strlen(root);
    wanted = atoi(strsep(&rest, "|"));
    field = strsep(&rest, "|");
    enum action named = NONE;
    for (enum action each = NONE; each <= TRACE; each++)
        if (!strcmp(field, ACTIONS[each])) named = each;
    error_number = atoi(strsep(&rest, "|"));
    int opened = (int)syscall(SYS_openat, AT_FDCWD, rest, O_WRONLY | O_CREAT | O_APPEND, 0644);
    log_fd = (int)syscall(SYS_fcntl, opened, F_DUPFD_CLOEXEC, 700);
    syscall(SYS_close, opened);
    atomic_store(&counted, 0);
    action = named;
}

__attribute__((constructor)) static void from_environment(void) {
    const char *specification = getenv("FAULT");
    if (specification) fault_arm(specification);
    unsetenv("FAULT");
}

static const char *below(int folder, const char *path, char *buffer) {
    char found[PATH_MAX] = "";
    if (action == NONE || !path) return NULL;
    if (path[0] == '/') {
        snprintf(buffer, PATH_MAX, "%s", path);
    } else {
        if (folder == AT_FDCWD) {
            if (!getcwd(found, sizeof found)) return NULL;
        } else {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
            ssize_t length = readlink(link, found, sizeof found - 1);
            if (length < 0) return NULL;
            found[length] = 0;
        }
        if (path[0] && strlen(found) + strlen(path) + 2 < PATH_MAX) {
            strcat(found, "/");
            strcat(found, path);
        }
        snprintf(buffer, PATH_MAX, "%s", found);
    }
    return strncmp(buffer, root, root_length) ? NULL : buffer;
}

/* Whether a call is to fail; `half` is set where half of a write is to be done first. */
static int fails(enum kind kind, int fd, const char *path, int creates, int *half) {
    if (!path) return 0;
    if (kind == WRITE && atomic_load(&rest_of) == fd) {
        atomic_store(&rest_of, -1);
        errno = error_number;
        return 1;
    }
    int number = atomic_fetch_add(&counted, 1) + 1;
    if (action == TRACE) note(number, kind, path);
    if (action == FULL || action == LOCKED) {
        int space = kind == WRITE || kind == MKDIR || kind == LINK || (kind == OPEN && creates);
        int hit = action == FULL ? space : kind != WRITE && kind != FSYNC && kind != TRUNCATE && kind != LOCK;
        if (number < wanted || !hit) return 0;
        note(number, kind, path);
        errno = error_number;
        return 1;
    }
    if (number != wanted || action == TRACE) return 0;
    note(number, kind, path);
    if (action == FAIL) {
        errno = error_number;
        return 1;
    }
    if (action == KILL || kind != WRITE) syscall(SYS_kill, getpid(), SIGKILL);
    *half = 1;
    return 0;
}

static void after_half(int fd) {
    if (action == CUT) syscall(SYS_kill, getpid(), SIGKILL);
    atomic_store(&rest_of, fd);
}

static int exists(int folder, const char *path) { return faccessat(folder, path, F_OK, AT_EACCESS) == 0; }

static int creates(int folder, const char *path, int flags) { return (flags & O_CREAT) && !exists(folder, path); }

/* Whether an open is one that changes something, or may: not one that only finds the file there. */
static int changes(int folder, const char *path, int flags) {
    if (action == NONE || !(flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC))) return 0;
    return !((flags & O_CREAT) && (flags & O_EXCL) && exists(folder, path));
}

#define DEFINE_OPEN(name)                                                                                         \
    int name(const char *path, int flags, ...) {                                                                  \
        REAL(int, name, const char *, int, ...);                                                                  \
        va_list more;                                                                                             \
        va_start(more, flags);                                                                                    \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;                                   \
        va_end(more);                                                                                             \
        char buffer[PATH_MAX];                                                                                    \
        int half = 0;                                                                                             \
        if (changes(AT_FDCWD, path, flags) &&                                                                     \
            fails(OPEN, -1, below(AT_FDCWD, path, buffer), creates(AT_FDCWD, path, flags), &half))                \
            return -1;                                                                                            \
        return real(path, flags, mode);                                                                           \
    }
DEFINE_OPEN(open)
DEFINE_OPEN(open64)

#define DEFINE_OPENAT(name)                                                                                       \
    int name(int folder, const char *path, int flags, ...) {                                                      \
        REAL(int, name, int, const char *, int, ...);                                                             \
        va_list more;                                                                                             \
        va_start(more, flags);                                                                                    \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;                                   \
        va_end(more);                                                                                             \
        char buffer[PATH_MAX];                                                                                    \
        int half = 0;                                                                                             \
        if (changes(folder, path, flags) &&                                                                     \
            fails(OPEN, -1, below(folder, path, buffer), creates(folder, path, flags), &half))                    \
            return -1;                                                                                            \
        return real(folder, path, flags, mode);                                                                   \
    }
DEFINE_OPENAT(openat)
DEFINE_OPENAT(openat64)

#define DEFINE_FOPEN(name)                                                                                        \
    FILE *name(const char *path, const char *mode) {                                                              \
        REAL(FILE *, name, const char *, const char *);                                                           \
        char buffer[PATH_MAX];                                                                                    \
        int half = 0, made = mode[0] != 'r';                                                                      \
        if ((made || strchr(mode, '+')) && action != NONE &&                                                      \
            fails(OPEN, -1, below(AT_FDCWD, path, buffer), creates(AT_FDCWD, path, made ? O_CREAT : 0), &half))   \
            return NULL;                                                                                          \
        return real(path, mode);                                                                                  \
    }
DEFINE_FOPEN(fopen)
DEFINE_FOPEN(fopen64)

/* A call on a descriptor of which half is a shorter one of its kind. */
#define ON_WRITE(fd, full, part)                                                                                  \
    char buffer[PATH_MAX];                                                                                        \
    int half = 0;                                                                                                 \
    if (fails(WRITE, fd, below(fd, "", buffer), 0, &half)) return -1;                                             \
    if (half) {                                                                                                   \
        ssize_t done = part;                                                                                      \
        after_half(fd);                                                                                           \
        return done;                                                                                              \
    }                                                                                                             \
    return full

ssize_t write(int fd, const void *data, size_t size) {
    REAL(ssize_t, write, int, const void *, size_t);
    ON_WRITE(fd, real(fd, data, size), real(fd, data, (size + 1) / 2));
}
ssize_t writev(int fd, const struct iovec *parts, int number) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    ON_WRITE(fd, real(fd, parts, number), real(fd, parts, (number + 1) / 2));
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
    ON_WRITE(fd, real(fd, data, size, at), real(fd, data, (size + 1) / 2, at));
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    ON_WRITE(fd, real(fd, data, size, at), real(fd, data, (size + 1) / 2, at));
}
ssize_t sendfile(int fd, int from, off_t *at, size_t size) {
    REAL(ssize_t, sendfile, int, int, off_t *, size_t);
    ON_WRITE(fd, real(fd, from, at, size), real(fd, from, at, (size < 4096 ? size : 4096) / 2));
}
ssize_t sendfile64(int fd, int from, off64_t *at, size_t size) {
    REAL(ssize_t, sendfile64, int, int, off64_t *, size_t);
    ON_WRITE(fd, real(fd, from, at, size), real(fd, from, at, (size < 4096 ? size : 4096) / 2));
}
ssize_t copy_file_range(int from, off64_t *at, int fd, off64_t *to, size_t size, unsigned flags) {
    REAL(ssize_t, copy_file_range, int, off64_t *, int, off64_t *, size_t, unsigned);
    ON_WRITE(fd, real(from, at, fd, to, size, flags), real(from, at, fd, to, (size < 4096 ? size : 4096) / 2, flags));
}
size_t fwrite(const void *data, size_t size, size_t number, FILE *file) {
    REAL(size_t, fwrite, const void *, size_t, size_t, FILE *);
    char buffer[PATH_MAX];
    int half = 0, fd = fileno(file);
    if (fails(WRITE, fd, below(fd, "", buffer), 0, &half)) return 0;
    if (half) {
        size_t done = real(data, size, number / 2, file);
        fflush(file);
        if (action == CUT) syscall(SYS_kill, getpid(), SIGKILL);
        errno = error_number;
        return done;
    }
    return real(data, size, number, file);
}

#define ON_FD(kind, fd)                                                                                           \
    char buffer[PATH_MAX];                                                                                        \
    int half = 0;                                                                                                 \
    if (fails(kind, fd, below(fd, "", buffer), 0, &half)) return -1

int fsync(int fd) {
    REAL(int, fsync, int);
    ON_FD(FSYNC, fd);
    return real(fd);
}
int fdatasync(int fd) {
    REAL(int, fdatasync, int);
    ON_FD(FSYNC, fd);
    return real(fd);
}
int ftruncate(int fd, off_t length) {
    REAL(int, ftruncate, int, off_t);
    ON_FD(TRUNCATE, fd);
    return real(fd, length);
}
int ftruncate64(int fd, off64_t length) {
    REAL(int, ftruncate64, int, off64_t);
    ON_FD(TRUNCATE, fd);
    return real(fd, length);
}
int flock(int fd, int operation) {
    REAL(int, flock, int, int);
    if (operation & LOCK_UN) return real(fd, operation);
    ON_FD(LOCK, fd);
    return real(fd, operation);
}
#define DEFINE_FCNTL(name)                                                                                        \
    int name(int fd, int command, ...) {                                                                          \
        REAL(int, name, int, int, ...);                                                                           \
        va_list more;                                                                                             \
        va_start(more, command);                                                                                  \
        void *argument = va_arg(more, void *);                                                                    \
        va_end(more);                                                                                             \
        int locks = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || command == F_OFD_SETLKW; \
        if (locks && ((struct flock *)argument)->l_type != F_UNLCK) {                                             \
            ON_FD(LOCK, fd);                                                                                      \
        }                                                                                                         \
        return real(fd, command, argument);                                                                       \
    }
DEFINE_FCNTL(fcntl)
DEFINE_FCNTL(fcntl64)

#define ON_PATH(kind, folder, path)                                                                               \
    char buffer[PATH_MAX];                                                                                        \
    int half = 0;                                                                                                 \
    if (fails(kind, -1, below(folder, path, buffer), 0, &half)) return -1

int rename(const char *from, const char *to) {
    REAL(int, rename, const char *, const char *);
    ON_PATH(RENAME, AT_FDCWD, to);
    return real(from, to);
}
int renameat(int folder, const char *from, int other, const char *to) {
    REAL(int, renameat, int, const char *, int, const char *);
    ON_PATH(RENAME, other, to);
    return real(folder, from, other, to);
}
int renameat2(int folder, const char *from, int other, const char *to, unsigned flags) {
    REAL(int, renameat2, int, const char *, int, const char *, unsigned);
    ON_PATH(RENAME, other, to);
    return real(folder, from, other, to, flags);
}
int mkdir(const char *path, mode_t mode) {
    REAL(int, mkdir, const char *, mode_t);
    if (action == NONE || exists(AT_FDCWD, path)) return real(path, mode);
    ON_PATH(MKDIR, AT_FDCWD, path);
    return real(path, mode);
}
int mkdirat(int folder, const char *path, mode_t mode) {
    REAL(int, mkdirat, int, const char *, mode_t);
    if (action == NONE || exists(folder, path)) return real(folder, path, mode);
    ON_PATH(MKDIR, folder, path);
    return real(folder, path, mode);
}
int unlink(const char *path) {
    REAL(int, unlink, const char *);
    ON_PATH(REMOVE, AT_FDCWD, path);
    return real(path);
}
int unlinkat(int folder, const char *path, int flags) {
    REAL(int, unlinkat, int, const char *, int);
    ON_PATH(REMOVE, folder, path);
    return real(folder, path, flags);
}
int rmdir(const char *path) {
    REAL(int, rmdir, const char *);
    ON_PATH(REMOVE, AT_FDCWD, path);
    return real(path);
}
int link(const char *from, const char *to) {
    REAL(int, link, const char *, const char *);
    ON_PATH(LINK, AT_FDCWD, to);
    return real(from, to);
}
int symlink(const char *from, const char *to) {
    REAL(int, symlink, const char *, const char *);
    ON_PATH(LINK, AT_FDCWD, to);
    return real(from, to);
}
