/**
 * A cable with a length and a fault, for kernels without `netem`: `carry <first> <second> <milliseconds> <percent>` passes frames on
 * between two network devices, each after the delay and some not at all. `offloads <device> on|off` says whether a device may hand on
 * packets that the kernel has yet to cut up and sum: a frame that a program carries must be whole, and a loss should cost one packet.
 */
export const wirePython = String.raw`import collections
import ctypes
import errno
import fcntl
import random
import select
import socket
import struct
import sys
import time

EVERY_PROTOCOL = 3
SOL_PACKET, PACKET_IGNORE_OUTGOING = 263, 23
SO_RCVBUFFORCE = 33
SIOCETHTOOL = 0x8946
TX_SUMS, SCATTER, TCP_SEGMENTS, SEGMENTS = 0x17, 0x19, 0x1F, 0x24
BUFFER_BYTES = 16 * 1024 * 1024
MOST_WAITING = 20000
AT_ONCE = 64


def offloads(device, on):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for command in (TX_SUMS, SCATTER, TCP_SEGMENTS, SEGMENTS):
            value = ctypes.create_string_buffer(struct.pack("II", command, on), 8)
            request = struct.pack("16sP", device.encode(), ctypes.addressof(value))
            fcntl.ioctl(control, SIOCETHTOOL, request)


def end_at(device):
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    end.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    end.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
    end.bind((device, EVERY_PROTOCOL))
    end.setblocking(False)
    return end


def send(end, frame):
    try:
        end.send(frame)
    except OSError as error:
        # A cable that was cut, or an end that takes no more, loses the frame as a real one does.
        if error.errno not in (errno.ENETDOWN, errno.ENXIO, errno.ENOBUFS, errno.EAGAIN, errno.EMSGSIZE):
            raise


def carry(first, second, delay, loss):
    ends = [end_at(first), end_at(second)]
    others = {ends[0]: ends[1], ends[1]: ends[0]}
    waiting = collections.deque()
    print("carries", flush=True)
    while True:
        timeout = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        ready, _, _ = select.select(ends, [], [], timeout)
        due = time.monotonic() + delay
        for end in ready:
            for _ in range(AT_ONCE):
                try:
                    frame = end.recv(65536)
                except BlockingIOError:
                    break
                except OSError as error:
                    if error.errno != errno.ENETDOWN:
                        raise
                    break
                if random.random() >= loss and len(waiting) < MOST_WAITING:
                    waiting.append((due, others[end], frame))
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, other, frame = waiting.popleft()
            send(other, frame)


if sys.argv[1] == "offloads":
    offloads(sys.argv[2], 1 if sys.argv[3] == "on" else 0)
else:
    carry(sys.argv[2], sys.argv[3], float(sys.argv[4]) / 1000, float(sys.argv[5]) / 100)
`;
