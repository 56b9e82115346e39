//! The attacks, one a row: a name, and a script whose success would be the attacker's. The names that scripts use for
//! what they attack are in `victim`; system calls that have no program are made by perl.

/// How it is known that a try shows something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Control {
    /// The same script works for an administrator.
    Administrator,
    /// It would harm the machine, or may not work for an administrator of a container.
    None,
}

pub(super) struct Attack {
    pub(super) name: &'static str,
    pub(super) script: &'static str,
    pub(super) control: Control,
}

const fn row(name: &'static str, script: &'static str) -> Attack {
    Attack { name, script, control: Control::Administrator }
}

const fn bare(name: &'static str, script: &'static str) -> Attack {
    Attack { name, script, control: Control::None }
}

/// System calls that scripts name, with their numbers on x86-64 and on 64-bit Arm.
pub(super) const CALLS: [(&str, u32, u32); 7] = [
    ("INOTIFY_INIT", 294, 26),
    ("INOTIFY_ADD", 254, 27),
    ("PTRACE", 101, 117),
    ("VM_READ", 310, 270),
    ("PIDFD_OPEN", 434, 434),
    ("PIDFD_GETFD", 438, 438),
    ("INIT_MODULE", 175, 105),
];

pub(super) const ATTACKS: &[Attack] = &[
    row("read a file", "cat $B/secret"),
    row("list the root", "ls $B"),
    row("look at a file", "stat $B/secret"),
    row("enter the root", "cd $B"),
    row("enter a folder in it", "cd $B/folder"),
    row("open the root to all", "chmod 777 $B"),
    row("take the root over", "chown $SERVER_UID $B"),
    row("open a file to all", "chmod 666 $B/secret"),
    row("rename a file", "mv $B/secret $B/other"),
    row("swap two files", "mv $B/secret $B/x && mv $B/program $B/secret"),
    row("move the root away", "mv $B $B.gone && mv $B.gone $B"),
    row("remove a file", "rm $B/secret"),
    row("remove a folder", "rm -r $B/folder"),
    row("make a file", "touch $B/new"),
    row("make a folder", "mkdir -p $B/new-folder"),
    row("write to a file", "echo x >> $B/secret"),
    row("cut a file short", "truncate -s 0 $B/secret"),
    row("change a file's time", "touch -c $B/secret"),
    row("link to a file", "rm -f $MINE/stolen; ln $B/secret $MINE/stolen"),
    row("follow a link to a file", "ln -sfn $B/secret $MINE/link; cat $MINE/link"),
    row("follow a link to the root", "ln -sfn $B $MINE/link; cat $MINE/link/secret"),
    row("come in from beside", "cat $MINE/../${B##*/}/secret"),
    row("run a program", "$B/program"),
    row("read all at once", "tar cf - $B 2>&1 | grep -q canary-of-the-other"),
    row("copy a repository", "rm -rf $MINE/copied; cp -r $B/project $MINE/copied"),
    row("read a repository's log", "git -c safe.directory='*' -C $B/project log --oneline"),
    row("list a repository's objects", "ls $B/project/.git/objects"),
    row(
        "watch a folder",
        r#"perl -e '$f = syscall(INOTIFY_INIT, 0); exit(syscall(INOTIFY_ADD, $f, "$ARGV[0]\0", 0x100) < 0)' $B"#,
    ),
    row("list who has a root", "ls $BASE"),
    row("make a root for nobody", "mkdir $BASE/planted && rmdir $BASE/planted"),
    row("put the own root elsewhere", "mv $MINE $BASE/elsewhere && mv $BASE/elsewhere $MINE"),
    row("read what is open to all but not the system's", "cat $OPEN/secret"),
    row("write where everybody may", "touch $OPEN/planted"),
    row("run what everybody may", "$OPEN/program"),
    row("write to /tmp", "touch /tmp/planted-$B_MARKER && rm /tmp/planted-$B_MARKER"),
    row("list /tmp", "ls /tmp"),
    row("write to /var/tmp", "touch /var/tmp/planted-$B_MARKER && rm /var/tmp/planted-$B_MARKER"),
    row("write to /dev/shm", "touch /dev/shm/planted-$B_MARKER && rm /dev/shm/planted-$B_MARKER"),
    row("write to the other's terminal", "echo x > $B_PTS"),
    row("read from the other's terminal", ": < $B_PTS"),
    row("read who has which id", "cat $STATE/uids"),
    row("list the host's folder", "ls $STATE"),
    row("read the host's log", "cat $STATE/runner.log"),
    row("change who has which id", "echo x >> $STATE/not-there && rm $STATE/not-there"),
    row("list the sockets", "ls $RUN/runners"),
    row("put a socket in the way", "touch $RUN/runners/planted && rm $RUN/runners/planted"),
    row("read the other runner's log", "cat $B_STATE/runner.log"),
    row("read the own runner's log", "cat $MY_STATE/runner.log"),
    row("list the own runner's folder", "ls $MY_STATE"),
    row(
        "write to the own runner's records",
        "touch $MY_STATE/operations/planted && rm $MY_STATE/operations/planted",
    ),
    row("write to the own runner's journals", "mkdir $MY_STATE/planted && rmdir $MY_STATE/planted"),
    row("signal the other's program", "kill -0 $B_PID"),
    row(
        "trace the other's program",
        "perl -e 'exit(syscall(PTRACE, 0x4206, $ARGV[0] + 0, 0, 0) < 0)' $B_PID",
    ),
    row(
        "read the memory of the other's program",
        r#"perl -e 'open(M, "<", "/proc/$ARGV[0]/mem") or exit 1' $B_PID"#,
    ),
    row(
        "read from the other's program at an address",
        r#"perl -e '$b = "x" x 8; $l = pack("PQ", $b, 8); $r = pack("QQ", 4096, 8); syscall(VM_READ, $ARGV[0] + 0, $l, 1, $r, 1, 0); exit($! == 1)' $B_PID"#,
    ),
    row(
        "take a descriptor of the other's program",
        "perl -e '$f = syscall(PIDFD_OPEN, $ARGV[0] + 0, 0); exit(syscall(PIDFD_GETFD, $f, 0, 0) < 0)' $B_PID",
    ),
    row("read the environment of the other's program", "cat /proc/$B_PID/environ"),
    row("read the map of the other's program", "head -c 1 /proc/$B_PID/maps | grep -q ."),
    row("list the descriptors of the other's program", "ls /proc/$B_PID/fd"),
    row("enter the root of the other's program", "ls /proc/$B_PID/root/"),
    row("enter the folder of the other's program", "ls /proc/$B_PID/cwd/"),
    bare("see the limits of the other's program", "prlimit --pid $B_PID"),
    bare("change the limits of the other's program", "prlimit --pid $B_PID --core=0:0"),
    row("have the other's program killed for want of memory", "echo 0 > /proc/$B_PID/oom_score_adj"),
    row("signal the other's supervisor", "kill -0 $B_SUPERVISOR"),
    row(
        "trace the other's supervisor",
        "perl -e 'exit(syscall(PTRACE, 0x4206, $ARGV[0] + 0, 0, 0) < 0)' $B_SUPERVISOR",
    ),
    row(
        "read the memory of the other's supervisor",
        r#"perl -e 'open(M, "<", "/proc/$ARGV[0]/mem") or exit 1' $B_SUPERVISOR"#,
    ),
    row(
        "read from the other's supervisor at an address",
        r#"perl -e '$b = "x" x 8; $l = pack("PQ", $b, 8); $r = pack("QQ", 4096, 8); syscall(VM_READ, $ARGV[0] + 0, $l, 1, $r, 1, 0); exit($! == 1)' $B_SUPERVISOR"#,
    ),
    row(
        "take a descriptor of the other's supervisor",
        "perl -e '$f = syscall(PIDFD_OPEN, $ARGV[0] + 0, 0); exit(syscall(PIDFD_GETFD, $f, 0, 0) < 0)' $B_SUPERVISOR",
    ),
    row("read the environment of the other's supervisor", "cat /proc/$B_SUPERVISOR/environ"),
    row("read the map of the other's supervisor", "head -c 1 /proc/$B_SUPERVISOR/maps | grep -q ."),
    row("list the descriptors of the other's supervisor", "ls /proc/$B_SUPERVISOR/fd"),
    row("enter the root of the other's supervisor", "ls /proc/$B_SUPERVISOR/root/"),
    row("enter the folder of the other's supervisor", "ls /proc/$B_SUPERVISOR/cwd/"),
    bare("see the limits of the other's supervisor", "prlimit --pid $B_SUPERVISOR"),
    bare("change the limits of the other's supervisor", "prlimit --pid $B_SUPERVISOR --core=0:0"),
    row(
        "have the other's supervisor killed for want of memory",
        "echo 0 > /proc/$B_SUPERVISOR/oom_score_adj",
    ),
    row("signal the other's runner", "kill -0 $B_RUNNER"),
    row(
        "trace the other's runner",
        "perl -e 'exit(syscall(PTRACE, 0x4206, $ARGV[0] + 0, 0, 0) < 0)' $B_RUNNER",
    ),
    row(
        "read the memory of the other's runner",
        r#"perl -e 'open(M, "<", "/proc/$ARGV[0]/mem") or exit 1' $B_RUNNER"#,
    ),
    row(
        "read from the other's runner at an address",
        r#"perl -e '$b = "x" x 8; $l = pack("PQ", $b, 8); $r = pack("QQ", 4096, 8); syscall(VM_READ, $ARGV[0] + 0, $l, 1, $r, 1, 0); exit($! == 1)' $B_RUNNER"#,
    ),
    row(
        "take a descriptor of the other's runner",
        "perl -e '$f = syscall(PIDFD_OPEN, $ARGV[0] + 0, 0); exit(syscall(PIDFD_GETFD, $f, 0, 0) < 0)' $B_RUNNER",
    ),
    row("read the environment of the other's runner", "cat /proc/$B_RUNNER/environ"),
    row("read the map of the other's runner", "head -c 1 /proc/$B_RUNNER/maps | grep -q ."),
    row("list the descriptors of the other's runner", "ls /proc/$B_RUNNER/fd"),
    row("enter the root of the other's runner", "ls /proc/$B_RUNNER/root/"),
    row("enter the folder of the other's runner", "ls /proc/$B_RUNNER/cwd/"),
    bare("see the limits of the other's runner", "prlimit --pid $B_RUNNER"),
    bare("change the limits of the other's runner", "prlimit --pid $B_RUNNER --core=0:0"),
    row("have the other's runner killed for want of memory", "echo 0 > /proc/$B_RUNNER/oom_score_adj"),
    row("signal the host", "kill -0 $HOST"),
    row("trace the host", "perl -e 'exit(syscall(PTRACE, 0x4206, $ARGV[0] + 0, 0, 0) < 0)' $HOST"),
    row("read the memory of the host", r#"perl -e 'open(M, "<", "/proc/$ARGV[0]/mem") or exit 1' $HOST"#),
    row(
        "read from the host at an address",
        r#"perl -e '$b = "x" x 8; $l = pack("PQ", $b, 8); $r = pack("QQ", 4096, 8); syscall(VM_READ, $ARGV[0] + 0, $l, 1, $r, 1, 0); exit($! == 1)' $HOST"#,
    ),
    row(
        "take a descriptor of the host",
        "perl -e '$f = syscall(PIDFD_OPEN, $ARGV[0] + 0, 0); exit(syscall(PIDFD_GETFD, $f, 0, 0) < 0)' $HOST",
    ),
    row("read the environment of the host", "cat /proc/$HOST/environ"),
    row("read the map of the host", "head -c 1 /proc/$HOST/maps | grep -q ."),
    row("list the descriptors of the host", "ls /proc/$HOST/fd"),
    row("enter the root of the host", "ls /proc/$HOST/root/"),
    row("enter the folder of the host", "ls /proc/$HOST/cwd/"),
    bare("see the limits of the host", "prlimit --pid $HOST"),
    bare("change the limits of the host", "prlimit --pid $HOST --core=0:0"),
    row("have the host killed for want of memory", "echo 0 > /proc/$HOST/oom_score_adj"),
    row("signal the own runner", "kill -0 $MY_RUNNER"),
    row("trace the own runner", "perl -e 'exit(syscall(PTRACE, 0x4206, $ARGV[0] + 0, 0, 0) < 0)' $MY_RUNNER"),
    row(
        "read the memory of the own runner",
        r#"perl -e 'open(M, "<", "/proc/$ARGV[0]/mem") or exit 1' $MY_RUNNER"#,
    ),
    row(
        "read from the own runner at an address",
        r#"perl -e '$b = "x" x 8; $l = pack("PQ", $b, 8); $r = pack("QQ", 4096, 8); syscall(VM_READ, $ARGV[0] + 0, $l, 1, $r, 1, 0); exit($! == 1)' $MY_RUNNER"#,
    ),
    row(
        "take a descriptor of the own runner",
        "perl -e '$f = syscall(PIDFD_OPEN, $ARGV[0] + 0, 0); exit(syscall(PIDFD_GETFD, $f, 0, 0) < 0)' $MY_RUNNER",
    ),
    row("read the environment of the own runner", "cat /proc/$MY_RUNNER/environ"),
    row("read the map of the own runner", "head -c 1 /proc/$MY_RUNNER/maps | grep -q ."),
    row("list the descriptors of the own runner", "ls /proc/$MY_RUNNER/fd"),
    row("enter the root of the own runner", "ls /proc/$MY_RUNNER/root/"),
    row("enter the folder of the own runner", "ls /proc/$MY_RUNNER/cwd/"),
    bare("see the limits of the own runner", "prlimit --pid $MY_RUNNER"),
    bare("change the limits of the own runner", "prlimit --pid $MY_RUNNER --core=0:0"),
    row("have the own runner killed for want of memory", "echo 0 > /proc/$MY_RUNNER/oom_score_adj"),
    row("signal the own supervisor", "kill -0 $MY_SUPERVISOR"),
    row(
        "trace the own supervisor",
        "perl -e 'exit(syscall(PTRACE, 0x4206, $ARGV[0] + 0, 0, 0) < 0)' $MY_SUPERVISOR",
    ),
    row(
        "read the memory of the own supervisor",
        r#"perl -e 'open(M, "<", "/proc/$ARGV[0]/mem") or exit 1' $MY_SUPERVISOR"#,
    ),
    row(
        "read from the own supervisor at an address",
        r#"perl -e '$b = "x" x 8; $l = pack("PQ", $b, 8); $r = pack("QQ", 4096, 8); syscall(VM_READ, $ARGV[0] + 0, $l, 1, $r, 1, 0); exit($! == 1)' $MY_SUPERVISOR"#,
    ),
    row(
        "take a descriptor of the own supervisor",
        "perl -e '$f = syscall(PIDFD_OPEN, $ARGV[0] + 0, 0); exit(syscall(PIDFD_GETFD, $f, 0, 0) < 0)' $MY_SUPERVISOR",
    ),
    row("read the environment of the own supervisor", "cat /proc/$MY_SUPERVISOR/environ"),
    row("read the map of the own supervisor", "head -c 1 /proc/$MY_SUPERVISOR/maps | grep -q ."),
    row("list the descriptors of the own supervisor", "ls /proc/$MY_SUPERVISOR/fd"),
    row("enter the root of the own supervisor", "ls /proc/$MY_SUPERVISOR/root/"),
    row("enter the folder of the own supervisor", "ls /proc/$MY_SUPERVISOR/cwd/"),
    row("have the own supervisor killed for want of memory", "echo 0 > /proc/$MY_SUPERVISOR/oom_score_adj"),
    row("signal an own program elsewhere", "kill -0 $MY_OTHER"),
    row(
        "trace an own program elsewhere",
        "perl -e 'exit(syscall(PTRACE, 0x4206, $ARGV[0] + 0, 0, 0) < 0)' $MY_OTHER",
    ),
    row(
        "read the memory of an own program elsewhere",
        r#"perl -e 'open(M, "<", "/proc/$ARGV[0]/mem") or exit 1' $MY_OTHER"#,
    ),
    row(
        "read from an own program elsewhere at an address",
        r#"perl -e '$b = "x" x 8; $l = pack("PQ", $b, 8); $r = pack("QQ", 4096, 8); syscall(VM_READ, $ARGV[0] + 0, $l, 1, $r, 1, 0); exit($! == 1)' $MY_OTHER"#,
    ),
    row(
        "take a descriptor of an own program elsewhere",
        "perl -e '$f = syscall(PIDFD_OPEN, $ARGV[0] + 0, 0); exit(syscall(PIDFD_GETFD, $f, 0, 0) < 0)' $MY_OTHER",
    ),
    row("read the environment of an own program elsewhere", "cat /proc/$MY_OTHER/environ"),
    row("read the map of an own program elsewhere", "head -c 1 /proc/$MY_OTHER/maps | grep -q ."),
    row("enter the root of an own program elsewhere", "ls /proc/$MY_OTHER/root/"),
    row("enter the folder of an own program elsewhere", "ls /proc/$MY_OTHER/cwd/"),
    row("have an own program elsewhere killed for want of memory", "echo 0 > /proc/$MY_OTHER/oom_score_adj"),
    row("slow down the other's program", "renice -n 5 -p $B_PID"),
    row("move the other's program to one processor", "taskset -p 1 $B_PID"),
    row("slow down the other's runner", "renice -n 5 -p $B_RUNNER"),
    row("move the other's runner to one processor", "taskset -p 1 $B_RUNNER"),
    row("slow down the host", "renice -n 5 -p $HOST"),
    row("move the host to one processor", "taskset -p 1 $HOST"),
    row("reach a file through the other's program", "cat /proc/$B_PID/root$B/secret"),
    row("see which program the other runs by its link", "readlink /proc/$B_PID/exe"),
    row(
        "connect to the other's runner",
        "perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); exit !connect(S, pack_sockaddr_un($ARGV[0]))' $B_SOCKET",
    ),
    row(
        "connect to the own runner",
        "perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); exit !connect(S, pack_sockaddr_un($ARGV[0]))' $MY_SOCKET",
    ),
    row(
        "connect to the host",
        "perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); exit !connect(S, pack_sockaddr_un($ARGV[0]))' $HOST_SOCKET",
    ),
    row(
        "connect to the other's program",
        "perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); exit !connect(S, pack_sockaddr_un($ARGV[0]))' $B/app.sock",
    ),
    row(
        "connect to the other's program by a name that is not on disk",
        r#"perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); exit !connect(S, pack_sockaddr_un("\0$ARGV[0]"))' $B_MARKER"#,
    ),
    row(
        "read the other's shared memory",
        "perl -e '$i = shmget($ARGV[0], 64, 0) // exit 1; shmread($i, $x, 0, 64) or exit 1; print $x' $B_KEY",
    ),
    row(
        "remove the other's shared memory's rights",
        "perl -e '$i = shmget($ARGV[0], 64, 0) // exit 1; shmctl($i, 2, $d) // exit 1' $B_KEY",
    ),
    row("become root", "setpriv --reuid=0 --clear-groups true"),
    row("become the other", "setpriv --reuid=$B_UID --clear-groups true"),
    row("become the server", "setpriv --reuid=$SERVER_UID --clear-groups true"),
    row("join the runners' group", "setpriv --regid=$RUNNERS_GID --clear-groups true"),
    bare("become root in a namespace and read", "unshare -Ur cat $B/secret"),
    row("change what is the root", "chroot / true"),
    row("make a device", "rm -f $MINE/disk; mknod $MINE/disk b 8 0 && rm $MINE/disk"),
    bare("mount over a folder", "mkdir -p $MINE/mnt; mount -t tmpfs none $MINE/mnt"),
    bare("mount in a namespace", "mkdir -p $MINE/mnt; unshare -Urm mount -t tmpfs none $MINE/mnt"),
    bare("show a folder elsewhere", "mkdir -p $MINE/mnt; unshare -Urm mount --bind $B $MINE/mnt"),
    bare("gain root by a program that gives it", "su -c true"),
    bare("change a setting of the system", "echo 0 > /proc/sys/vm/swappiness"),
    bare("load code into the kernel", r#"perl -e 'exit(syscall(INIT_MODULE, 0, 0, "") < 0)'"#),
];
