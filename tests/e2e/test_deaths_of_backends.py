# slow
# waits
"""A backend dies by FIN or RST, in every state of its session, and nothing is left."""
from harness import deaths
from harness.cases import run

STATES = (deaths.in_backend_handshake, deaths.open_idle, deaths.in_frame, deaths.in_message,
          deaths.queued_for_client, deaths.queued_for_backend, deaths.closing_by_client)

stage = deaths.Stage(*deaths.PATIENT)
deaths.declare(stage, 1, STATES)
run(stage)
