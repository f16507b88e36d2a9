"""A small mail server that speaks IMAP over a socket: one folder of mails, flags, and whatever a test lets it do wrong."""

import re
import socketserver
import ssl
import threading
from contextlib import contextmanager

USER, WORD = "service", "geheim"


class Mailbox:
    """What lies on the server: mails by number, which of them were seen, and what goes wrong."""

    def __init__(self, *mails: bytes, validity: int = 7):
        self.mails: dict[int, bytes] = {}
        self.seen: set[int] = set()
        self.validity, self.said, self.sizes = validity, [], {}
        self.drops: set[str] = set()
        """Commands at which the line breaks, before an answer."""
        self.refuses: set[str] = set()
        self.hangs: set[str] = set()
        """Commands that are never answered."""
        for mail in mails:
            self.add(mail)

    def add(self, mail: bytes) -> int:
        uid = max(self.mails, default=0) + 1
        self.mails[uid] = mail
        return uid

    @property
    def next_uid(self) -> int:
        return max(self.mails, default=0) + 1


class _Line(socketserver.StreamRequestHandler):
    def handle(self):
        self.box: Mailbox = self.server.box
        self._say("* OK IMAP4rev1 at your service")
        while line := self.rfile.readline():
            tag, _, rest = line.decode("utf-8").strip().partition(" ")
            words = rest.split(" ", 1)
            name = words[0].upper() if words[0].upper() != "UID" else f"UID {words[1].split(' ')[0].upper()}"
            self.box.said.append(rest)
            if name in self.box.drops:
                self.box.drops.discard(name)
                return
            if name in self.box.hangs:
                self.rfile.read()
                return
            if name in self.box.refuses:
                self._say(f"{tag} NO {name} is refused")
                continue
            if not self._answer(tag, name, rest):
                return

    def _say(self, text: str | bytes):
        self.wfile.write((text.encode("utf-8") if isinstance(text, str) else text) + b"\r\n")
        self.wfile.flush()

    def _answer(self, tag: str, name: str, rest: str) -> bool:
        do = {
            "CAPABILITY": lambda: self._say("* CAPABILITY IMAP4rev1 ID"), "ID": lambda: self._say('* ID ("name" "test")'),
            "LOGIN": lambda: rest.split(" ")[1:] == [USER, f'"{WORD}"'], "SELECT": self._select,
            "UID SEARCH": lambda: self._search(rest), "UID FETCH": lambda: self._fetch(rest),
            "UID STORE": lambda: self._store(rest), "LOGOUT": lambda: self._say("* BYE"),
        }[name]  # fmt: skip
        worked = do()
        self._say(f"{tag} NO wrong" if worked is False else f"{tag} OK done")
        return name != "LOGOUT"

    def _select(self):
        self._say(f"* {len(self.box.mails)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self.box.validity}] valid")
        self._say(f"* OK [UIDNEXT {self.box.next_uid}] next")

    def _search(self, rest: str):
        found = re.search(r"UID (\d+):\*", rest.partition("SEARCH")[2])
        if found:  # as RFC 3501 has it: the last mail is always among them
            uids = {uid for uid in self.box.mails if uid >= int(found[1])} | set(list(self.box.mails)[-1:])
        else:
            uids = set(self.box.mails) - self.box.seen
        self._say(f"* SEARCH {' '.join(map(str, sorted(uids)))}".rstrip())

    def _fetch(self, rest: str):
        uid, part = int(rest.split(" ")[2]), rest.split(" ", 3)[3]
        mail = self.box.mails.get(uid)
        if mail is None:
            return
        if "RFC822.SIZE" in part:
            self._say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {self.box.sizes.get(uid, len(mail))})")
            return
        assert "PEEK" in part, "a fetch that marks the mail as seen"
        some = re.search(r"<0\.(\d+)>", part)
        mail = mail[: int(some[1])] if some else mail
        self._say(f"* {uid} FETCH (UID {uid} BODY[] {{{len(mail)}}}".encode() + b"\r\n" + mail + b")")

    def _store(self, rest: str):
        self.box.seen.add(int(rest.split(" ")[2]))


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True
    context: ssl.SSLContext | None = None

    def get_request(self):
        line, address = super().get_request()
        return (self.context.wrap_socket(line, server_side=True) if self.context else line), address


@contextmanager
def an_imap_server(box: Mailbox, context: ssl.SSLContext | None = None):
    """The server, for as long as the block lasts; gives the address of its mailbox."""
    with _Server(("127.0.0.1", 0), _Line) as server:
        server.box, server.context = box, context
        beside = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        beside.start()
        try:
            yield f"imap://{USER}:{WORD}@127.0.0.1:{server.server_address[1]}/INBOX?tls=none"
        finally:
            server.shutdown()
            beside.join()
