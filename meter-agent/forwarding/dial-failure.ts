import type { ForwardAwayReason } from '../../protocol/link.ts';

const STATUSES: Record<number, ForwardAwayReason> = {
  401: 'WRONG_PASSWORD',
  403: 'WRONG_PASSWORD',
  404: 'UNKNOWN_WALLBOX',
  408: 'NO_ANSWER',
  502: 'UNREACHABLE',
  503: 'UNREACHABLE',
  504: 'UNREACHABLE',
};

/** By the codes of node:tls and OpenSSL, and of node:http's parser. */
const CODES: readonly [pattern: RegExp, reason: ForwardAwayReason][] = [
  [/^(ENOTFOUND|EAI_)/, 'UNKNOWN_HOST'],
  [/^(ERR_TLS|ERR_SSL|EPROTO|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA)/, 'TLS'],
  [/^HPE_/, 'NOT_OCPP'],
  [/^E[A-Z]+$/, 'UNREACHABLE'],
];

/** Why a connection to another central system was not made, by the error of ocpp-rpc's client. */
export function dialFailureOf(error: unknown): ForwardAwayReason {
  const { code, message = '' } = error as { code?: unknown; message?: string };
  if (typeof code === 'number') return STATUSES[code] ?? 'NOT_OCPP';
  const [, reason] = CODES.find(([pattern]) => pattern.test(String(code ?? ''))) ?? [];
  if (reason !== undefined) return reason;
  if (/certificate|SSL|TLS/i.test(message)) return 'TLS';
  if (/timed out/i.test(message)) return 'NO_ANSWER';
  // No subprotocol, a wrong one, or no WebSocket at all.
  return 'NOT_OCPP';
}
