"""
A wire between hosts, for kernels without netem: one TAP device a host, and a switch between them that delays, reorders,
loses and throttles what each host sends. Owns the frames in flight; knows Ethernet addresses and nothing above them.

    wire.py SEED DEVICE...      prints "ready"; each device may then be moved into its host's network namespace

Each line of standard input is {"device": NAME, "delayMs": N, "jitterMs": N, "lossPercent": N, "reorderPercent": N,
"rateKbit": N (0: no limit)} and is answered "ok". As with netem, a frame that is reordered is not delayed. It ends, and its
devices with it, when standard input does.
"""
import fcntl
import heapq
import json
import os
import random
import selectors
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000
FRAME_BYTES_MAX = 65_536
# What may wait for one host's line: as netem's default. More is lost, as a router's queue would lose it.
WAITING_FRAMES_MAX = 1_000


class Port:
    """One host's end: what it sends is shaped here."""

    def __init__(self, name):
        self.name = name
        self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
        self.shape = {"delayMs": 0, "jitterMs": 0, "lossPercent": 0, "reorderPercent": 0, "rateKbit": 0}
        self.line_free_at = 0.0
        self.waiting = 0

    def due(self, size, now, dice):
        """When a frame of `size` bytes arrives, or None when it is lost."""
        shape = self.shape
        if self.waiting >= WAITING_FRAMES_MAX or dice.random() * 100 < shape["lossPercent"]:
            return None
        if shape["rateKbit"] > 0:
            self.line_free_at = max(now, self.line_free_at) + size * 8 / (shape["rateKbit"] * 1_000)
            now = self.line_free_at
        if dice.random() * 100 < shape["reorderPercent"]:
            return now
        return now + max(0.0, shape["delayMs"] + dice.uniform(-1, 1) * shape["jitterMs"]) / 1_000


class Wire:
    def __init__(self, seed, names):
        self.dice = random.Random(seed)
        self.ports = [Port(name) for name in names]
        self.learned = {}
        self.in_flight = []
        self.count = 0

    def take(self, port):
        """Everything that `port` has sent by now."""
        while True:
            try:
                frame = os.read(port.fd, FRAME_BYTES_MAX)
            except BlockingIOError:
                return
            except OSError:
                return  # The device is down for now.
            if len(frame) < 14:
                continue
            now = time.monotonic()
            self.learned[frame[6:12]] = port
            due = port.due(len(frame), now, self.dice)
            if due is None:
                continue
            if due <= now:
                self.deliver(port, frame)
                continue
            port.waiting += 1
            self.count += 1
            heapq.heappush(self.in_flight, (due, self.count, port, frame))

    def deliver(self, source, frame):
        known = self.learned.get(frame[0:6])
        for port in self.ports if known is None else [known]:
            if port is source:
                continue
            try:
                os.write(port.fd, frame)
            except OSError:
                pass  # Its queue is full or it is down: lost, as on any wire.

    def deliver_due(self):
        """Delivers what is due. Returns the seconds until the next is, or None."""
        while self.in_flight:
            wait = self.in_flight[0][0] - time.monotonic()
            if wait > 0:
                return wait
            _, _, source, frame = heapq.heappop(self.in_flight)
            source.waiting -= 1
            self.deliver(source, frame)
        return None

    def set(self, line):
        wanted = json.loads(line)
        device = wanted.pop("device")
        for port in self.ports:
            if port.name == device:
                port.shape.update(wanted)


def main():
    wire = Wire(int(sys.argv[1]), sys.argv[2:])
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin.fileno(), selectors.EVENT_READ, None)
    for port in wire.ports:
        selector.register(port.fd, selectors.EVENT_READ, port)
    print("ready", flush=True)
    rest = b""
    while True:
        for key, _ in selector.select(wire.deliver_due()):
            if key.data is not None:
                wire.take(key.data)
                continue
            read = os.read(sys.stdin.fileno(), 4_096)
            if read == b"":
                return
            *lines, rest = (rest + read).split(b"\n")
            for line in lines:
                wire.set(line)
                print("ok", flush=True)


main()
