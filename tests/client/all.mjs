import './test_interface.mjs';
import './test_fallback.mjs';
import './test_sessions.mjs';
import './test_reconnect.mjs';
import './test_events.mjs';
