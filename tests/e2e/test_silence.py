# slow
# waits
"""An end falls silent, in every state of a session: the clocks end it, and nothing is left."""
from harness import deaths
from harness.cases import add, run

OF_CLIENTS = (deaths.connecting, deaths.in_tls_handshake, deaths.in_head, deaths.dialling,
              deaths.in_backend_handshake, deaths.open_idle, deaths.in_frame, deaths.in_message,
              deaths.queued_for_client, deaths.queued_for_backend, deaths.closing_by_client,
              deaths.closing_by_backend)
OF_BACKENDS = (deaths.in_backend_handshake, deaths.open_idle, deaths.in_frame, deaths.in_message,
               deaths.queued_for_client, deaths.queued_for_backend, deaths.closing_by_client)
# nobody looks at the client meanwhile: its death is noticed when dialling ends
DIALLING = (deaths.dialling, deaths.in_backend_handshake)


def of_clients(tls):
    stage.path = "/tcp"
    deaths.fall_silent(stage, OF_CLIENTS, tls, 0, deaths.ROUNDS)


def of_backends(tls):
    """Clients wait quietly: idle ends the session."""
    stage.path = "/idle"
    deaths.fall_silent(stage, OF_BACKENDS, tls, 1, deaths.ROUNDS)


stage = deaths.Stage(*deaths.IMPATIENT)
for transport, tls in (("plain", False), ("tls", True)):
    add(f"of clients ({transport})", of_clients, tls)
    add(f"of backends ({transport})", of_backends, tls)
    for state in DIALLING:
        for how in ("FIN", "RST"):
            add(f"{how} of a client {state.__name__.replace('_', ' ')} ({transport})",
                deaths.perish, stage, state, tls, 0, how, deaths.ROUNDS)
add("a record for each session", stage.expect_records)
run(stage)
