"""Whether a file is whole: half-copied files wait for the next load instead of being read in part."""

from __future__ import annotations

import errno
import fcntl
import signal
import sys
from pathlib import Path

from graphkit.errors import Text

_PARTIAL = frozenset({".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp"})

_HALF = Text(
    "文件还没有传完（临时文件名），请传完后重新导入",
    "the file is not complete yet (a temporary name); load it again later",
)
_WRITING = Text("文件正被其他程序写入，请写完后重新导入", "another program is writing the file; load it again later")


def unfinished(path: Path) -> Text | None:
    """Why a file is not whole yet, or None: its name says so, somebody locks it, or it is open for writing elsewhere.

    The last is asked from the kernel with a read lease (fcntl(2), F_SETLEASE), which only the file's owner gets, and only
    on file systems that have it; there the hash before and after reading still decides.
    """
    if path.suffix.casefold() in _PARTIAL:
        return _HALF
    with path.open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(handle, fcntl.LOCK_UN)
            if sys.platform == "linux":
                # A writer that comes while the lease is held is announced by a signal; SIGIO, the default, would kill us.
                fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
                fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
                fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EWOULDBLOCK):
                return _WRITING
    return None
