"""A real mail server on this machine, which keeps what it takes; for tests alone.

Its one argument says in JSON how it behaves. It says where it listens, writes each mail it took
into a folder, whole and as it was read by Python's own parser, and ends when its input does.
"""

import asyncio
import email
import email.policy
import json
import os
import ssl
import sys
import threading

from aiosmtpd.smtp import SMTP, AuthResult


class Keeper:
    def __init__(self, told):
        self.told = told
        self.offered = 0
        self.taken = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.told["refused"]:
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 known"

    async def handle_DATA(self, server, session, envelope):
        self.offered += 1
        every = self.told["fail_every"]
        if every and self.offered % every == 0:
            return "451 4.3.0 later, please"
        self.keep(session, envelope)
        every = self.told["break_every"]
        if every and self.offered % every == 0:
            server.transport.abort()
        return "250 2.0.0 taken"

    def keep(self, session, envelope):
        raw = envelope.original_content
        read = email.message_from_bytes(raw, policy=email.policy.default)
        parts = [
            {
                "kind": part.get_content_type(),
                "encoding": str(part["Content-Transfer-Encoding"]),
                "text": part.get_content(),
            }
            for part in read.walk()
            if not part.is_multipart()
        ]
        kept = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "encrypted": session.ssl is not None or self.told["tls"] == "tls",
            "headers": [[name, str(value)] for name, value in read.items()],
            "kind": read.get_content_type(),
            "parts": parts,
            "longest_line": max(len(line) for line in raw.split(b"\r\n")),
            "raw": raw.decode("latin-1"),
        }
        self.taken += 1
        path = os.path.join(self.told["folder"], f"{self.taken:04}.json")
        with open(path + ".part", "w", encoding="utf-8") as file:
            json.dump(kept, file)
        os.rename(path + ".part", path)


async def main():
    told = json.loads(sys.argv[1])
    keeper = Keeper(told)
    context = None
    if told["certificate"]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(told["certificate"], told["key"])

    def known(server, session, envelope, mechanism, data):
        login = [data.login.decode(), data.password.decode()]
        if login == told["login"]:
            return AuthResult(success=True)
        # Careless on purpose: what a server says may have the password in it.
        why = f"535 5.7.8 nobody here has the password {data.password.decode()}"
        return AuthResult(success=False, handled=False, message=why)

    def serve():
        return SMTP(
            keeper,
            hostname="localhost",
            tls_context=context if told["tls"] == "starttls" else None,
            require_starttls=told["tls"] == "starttls",
            authenticator=known,
            auth_required=told["login"] is not None,
            auth_require_tls=told["tls"] == "starttls",
        )

    wrapped = context if told["tls"] == "tls" else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(serve, "127.0.0.1", told["port"], ssl=wrapped)
    print("listening", server.sockets[0].getsockname()[1], flush=True)

    def end_with_input():
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=end_with_input, daemon=True).start()
    await server.serve_forever()


asyncio.run(main())
