import type { Address, Hex } from 'viem';
import { z } from 'zod';
import { requestOf } from '../../protocol/api/client.ts';
import { RELAY_MAX_DATA_BYTES } from '../../protocol/api/relay.ts';
import { PlugpactError } from '../../protocol/errors.ts';
import { hex32 } from '../../protocol/schemas.ts';
import { sendTo } from '../lib/send-to.ts';

const LONGEST_WAIT_SEC = 600;
const TIMEOUT_MS = 30_000;
const JSON_BODY = { 'content-type': 'application/json' };

/** The relay did not carry a call. */
export class RelayRefusal extends PlugpactError {
  /** The ledger would refuse the call as it stands, by any sender. */
  readonly isReverted: boolean;
  /** No relay will ever carry it. */
  readonly isTooLong: boolean;
  /** How long the relay asks us to wait; 0 when it did not say. */
  readonly waitMs: number;

  constructor(value: string, { isReverted = false, isTooLong = false, waitMs = 0 } = {}) {
    super({
      code: 'relay.refused',
      value,
      rule: 'The relay of the API carries calls of agents that have no gas of their own.',
      remedy: 'It is asked again; with some ether the agent key sends by itself.',
      retry: 'later',
    });
    this.isReverted = isReverted;
    this.isTooLong = isTooLong;
    this.waitMs = waitMs;
  }
}

/** Valid answers of a relay; others are ignored. */
const relayAnswer = z
  .object({
    transactionHash: hex32.optional().catch(undefined),
    code: z.string().optional().catch(undefined),
    detail: z.string().optional().catch(undefined),
  })
  .catch({});

/** A proxy may answer in another language. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Seconds, or a date (RFC 9110, section 10.2.3). */
function waitMsOf(retryAfter: string | undefined): number {
  if (retryAfter === undefined) return 0;
  const seconds = /^\d+$/.test(retryAfter)
    ? Number(retryAfter)
    : Math.ceil((Date.parse(retryAfter) - Date.now()) / 1_000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), LONGEST_WAIT_SEC) * 1_000 : 0;
}

/** Lets the API's relay carry a call of the market. Throws RelayRefusal, and what the network throws. */
export async function relay(apiUrl: string, market: Address, data: Hex): Promise<Hex> {
  const bytes = (data.length - 2) / 2;
  if (bytes > RELAY_MAX_DATA_BYTES) {
    throw new RelayRefusal(`a call of ${bytes} bytes where ${RELAY_MAX_DATA_BYTES} are the most`, {
      isTooLong: true,
    });
  }
  const request = requestOf('relayCall', { body: { to: market, data } });
  const url = new URL(request.path, apiUrl);
  const sent = { method: request.method, headers: JSON_BODY, body: request.body ?? '' };
  const { status, headers, text } = await sendTo(url, sent, TIMEOUT_MS);
  const { transactionHash, code, detail } = relayAnswer.parse(parsed(text));
  if (status >= 200 && status < 300 && transactionHash !== undefined) return transactionHash;
  const reason = `${status} ${(detail ?? code ?? 'and no transaction').slice(0, 200)}`;
  const waitMs = waitMsOf(headers['retry-after']);
  throw new RelayRefusal(reason, { isReverted: code === 'relay.reverted', waitMs });
}
