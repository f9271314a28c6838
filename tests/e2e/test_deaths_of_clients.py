# slow
# waits
"""A client dies by FIN or RST, in every state of its session, and nothing is left."""
from harness import deaths
from harness.cases import run

STATES = (deaths.connecting, deaths.in_tls_handshake, deaths.in_head, deaths.open_idle,
          deaths.in_frame, deaths.in_message, deaths.queued_for_client, deaths.queued_for_backend,
          deaths.closing_by_client, deaths.closing_by_backend)

stage = deaths.Stage(*deaths.PATIENT)
deaths.declare(stage, 0, STATES)
run(stage)
