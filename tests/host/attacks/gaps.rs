//! What users who share a machine's kernel, and no more than that, can do to each other all the same. Each name stands
//! in `docs/security.md`, with what to do about it.

/// The names, each with a script that works; it is empty for what would harm the machine.
pub(super) const GAPS: &[(&str, &str)] = &[
    ("see who runs what", "cat /proc/$B_PID/cmdline | grep -q at-work"),
    ("see that a root is there", "stat $B"),
    ("see that shared memory is there", "grep -q $B_KEY /proc/sysvipc/shm"),
    (
        "connect to a port",
        "perl -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); connect(S, pack_sockaddr_in(9, INADDR_LOOPBACK)); exit($! == 13 || $! == 1)'",
    ),
    ("reach the network", ""),
    ("use up processors, memory or disk", ""),
    ("slow down the own runner", "renice -n 1 -p $MY_RUNNER"),
    ("change the limits of the own supervisor", "prlimit --pid $MY_SUPERVISOR --core=0:0"),
    ("exploit the kernel", ""),
];
