import { expect, test } from 'vitest';
import { dialFailureOf } from '../../../meter-agent/forwarding/dial-failure.ts';

/** Errors of ocpp-rpc's client as they were seen, and what a homeowner is told. */
const SEEN = [
  [{ code: 401, message: 'Unauthorized' }, 'WRONG_PASSWORD'],
  [{ code: 403, message: 'Forbidden' }, 'WRONG_PASSWORD'],
  [{ code: 404, message: 'Not Found' }, 'UNKNOWN_WALLBOX'],
  [{ code: 200, message: 'OK' }, 'NOT_OCPP'],
  [{ code: 426, message: 'Upgrade Required' }, 'NOT_OCPP'],
  [{ code: 503, message: 'Service Unavailable' }, 'UNREACHABLE'],
  [{ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:1' }, 'UNREACHABLE'],
  [{ code: 'EHOSTUNREACH', message: 'connect EHOSTUNREACH' }, 'UNREACHABLE'],
  [{ code: 'ECONNRESET', message: 'socket hang up' }, 'UNREACHABLE'],
  [{ code: 'ENOTFOUND', message: 'getaddrinfo ENOTFOUND house' }, 'UNKNOWN_HOST'],
  [{ code: 'EAI_AGAIN', message: 'getaddrinfo EAI_AGAIN house' }, 'UNKNOWN_HOST'],
  [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT', message: 'self-signed certificate' }, 'TLS'],
  [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: "Hostname/IP does not match certificate's" }, 'TLS'],
  [{ code: 'EPROTO', message: 'write EPROTO 0:error:wrong version number' }, 'TLS'],
  [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER', message: 'wrong version number' }, 'TLS'],
  [{ code: 'CERT_HAS_EXPIRED', message: 'certificate has expired' }, 'TLS'],
  [{ code: 'HPE_INVALID_CONSTANT', message: 'Parse Error: Expected HTTP/' }, 'NOT_OCPP'],
  [{ message: 'Server sent no subprotocol' }, 'NOT_OCPP'],
  [{ message: 'Server sent an invalid subprotocol' }, 'NOT_OCPP'],
  [{ message: 'Opening handshake has timed out' }, 'NO_ANSWER'],
] as const;

test.each(SEEN)('%o is %s', (error, reason) => {
  expect(dialFailureOf(Object.assign(new Error(error.message), error))).toBe(reason);
});
