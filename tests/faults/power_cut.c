/* A disk for power cuts: what is written is only written; what a process asks to be kept (fsync, fdatasync) is copied
 * to another folder, whole, before the call returns. After a cut only that folder is left.
 *
 * POWER_WRITTEN is the folder that is watched, POWER_KEPT the one that keeps. Shared memory (-shm) is never kept, as on
 * a real disk it need not be. Copies of all processes take turns at a lock, and a file is replaced in one step.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int ends_with(const char *text, const char *end) {
    size_t length = strlen(text), wanted = strlen(end);
    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

static int copy(const char *from, const char *to) {
    static __thread char buffer[1 << 16];
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t count = -1;
    if (in >= 0 && out >= 0)
        while ((count = read(in, buffer, sizeof buffer)) > 0)
            if (write(out, buffer, count) != count) { count = -1; break; }
    if (in >= 0) close(in);
    if (out >= 0) close(out);
    return count == 0 ? 0 : -1;
}

static void keep(int descriptor) {
    const char *written = getenv("POWER_WRITTEN"), *kept = getenv("POWER_KEPT");
    char link[64], path[PATH_MAX], target[PATH_MAX], half[PATH_MAX + 8], lock[PATH_MAX];
    struct stat found;
    if (!written || !kept) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return;
    path[length] = 0;
    size_t folder = strlen(written);
    if (strncmp(path, written, folder) != 0 || path[folder] != '/' || ends_with(path, "-shm")) return;
    if (stat(path, &found) != 0 || !S_ISREG(found.st_mode)) return;
    snprintf(target, sizeof target, "%s%s", kept, path + folder);
    snprintf(half, sizeof half, "%s.half", target);
    snprintf(lock, sizeof lock, "%s/.lock", kept);
    int turn = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (turn < 0) return;
    flock(turn, LOCK_EX);
    if (copy(path, half) == 0) rename(half, target);
    close(turn);
}

int fsync(int descriptor) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    int done = real(descriptor);
    if (done == 0) keep(descriptor);
    return done;
}

int fdatasync(int descriptor) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    int done = real(descriptor);
    if (done == 0) keep(descriptor);
    return done;
}
