/**
 * What the VM's own shell does with a distribution's disk: $1 is its device, $2 where it is mounted meanwhile. The packing is done by
 * bench/linux/archive.
 */

/** The busybox userland of the VM itself becomes a distribution's. */
const INSTALL = `mkdir -p "$2" && mount -t ext4 "$1" "$2" || exit 4
cd "$2" && mkdir -p etc home lib mnt opt proc root run sbin srv sys tmp usr/bin usr/sbin usr/lib var/log var/tmp dev &&
chmod 1777 tmp var/tmp && chmod 700 root && cp -a /bin . && rm -f bin/archive &&
printf 'root:x:0:0:root:/root:/bin/sh\\nnobody:x:65534:65534:nobody:/:/bin/false\\n' >etc/passwd &&
printf 'root:x:0:\\ntty:x:5:\\nnogroup:x:65534:\\n' >etc/group &&
printf '127.0.0.1 localhost\\n' >etc/hosts &&
printf 'NAME=BusyBox\\nID=busybox\\nPRETTY_NAME="BusyBox"\\n' >etc/os-release || exit 4
cd / && umount "$2"`;
/** Standard input is an archive. */
const IMPORT =
  'mkdir -p "$2" && mount -t ext4 "$1" "$2" || exit 4; archive x "$2"; status=$?; umount "$2" || exit 4; exit $status';
/** Standard output becomes an archive. */
const EXPORT =
  'mkdir -p "$2" && mount -t ext4 "$1" "$2" || exit 4; archive c "$2" .; status=$?; umount "$2"; exit $status';
/** Prints the file $3. The distribution may run: it is one file system, mounted twice. */
const READ =
  'mkdir -p "$2" && mount -t ext4 "$1" "$2" || exit 4; archive p "$2" "$3"; status=$?; umount "$2"; exit $status';
/** Between the two files that are printed. */
export const MARK = '\x1e';
/** What of each of them is read at most, in bytes. */
const PEEK_MOST = 65_536;
/**
 * Prints wsl.conf and passwd. They are what the distribution made of them: `archive p` follows their links inside it and waits for no
 * other end of a pipe.
 */
const PEEK = `mkdir -p "$2" && mount -t ext4 -o ro "$1" "$2" || exit 4
peek() { archive p "$1" "/etc/$2" 2>/dev/null | head -c ${PEEK_MOST}; }
peek "$2" wsl.conf; printf '${MARK}'; peek "$2" passwd; umount "$2"`;

/** Takes away what a script that was killed has left mounted at $1. */
const RELEASE = `for i in $(seq 50); do
  grep -q " $1 " /proc/mounts || exit 0
  umount "$1" 2>/dev/null || sleep 0.1
done; exit 1`;

const SCRIPTS = { install: INSTALL, import: IMPORT, export: EXPORT, read: READ, peek: PEEK, release: RELEASE } as const;

/** Words of the command that runs a script. */
export const scriptWords = (script: keyof typeof SCRIPTS, ...operands: readonly string[]): readonly string[] => [
  'sh',
  '-c',
  SCRIPTS[script],
  'sh',
  ...operands,
];

/** What a script ends with when something of an archive was left out, but all else is there. */
export const PARTLY = 1;
