import type { Hex } from 'viem';
import type { PinnedMeter } from '../evidence/session-facts.ts';
import { spkiOf } from '../ocmf/signature.ts';
import type { EventOf, LedgerEvent } from '../rules/events.ts';
import { readReading } from '../rules/reading.ts';
import type { MarketRef } from '../rules/signed-types.ts';

/** OCPI's own limits of `plain_data` and `signed_data`. */
const PLAIN_MAX = 512;
const SIGNED_MAX = 5_000;

type SignedEvent = EventOf<'Settled' | 'SettledAlone' | 'Claimed' | 'ClaimedAlone'>;

const SIGNED: ReadonlySet<string> = new Set(['Settled', 'SettledAlone', 'Claimed', 'ClaimedAlone']);

/** The newest event of each booking that carries a signed reading. */
export function signedEvents(events: readonly LedgerEvent[]): Map<Hex, SignedEvent> {
  const newest = new Map<Hex, SignedEvent>();
  for (const event of events) {
    if (SIGNED.has(event.eventName)) newest.set((event as SignedEvent).args.bookingId, event as SignedEvent);
  }
  return newest;
}

/** OCPI 2.2.1, types, string. */
const isPrintable = (text: string): boolean => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** OCPI 10.4.7: the meter's records, and without them the reading as it was signed; empty where there is neither. */
export function signedDataOf(
  records: readonly string[],
  meter: PinnedMeter | undefined,
  event: SignedEvent | undefined,
  market: MarketRef,
): object {
  const values = records.map(signedRecord).filter(({ signed_data }) => signed_data.length <= SIGNED_MAX);
  if (values.length > 0) {
    const spki = meter && spkiOf(meter.point, meter.algorithm);
    const key = spki === undefined ? {} : { public_key: Buffer.from(spki).toString('base64') };
    return { signed_data: { encoding_method: 'OCMF', ...key, signed_values: values } };
  }
  return event === undefined ? {} : { signed_data: signedReading(event, market) };
}

function signedRecord(record: string) {
  const payload = record.slice('OCMF|'.length, record.lastIndexOf('|'));
  // A payload that is cut would be another one: it is in the record anyway.
  const plain_data = payload.length <= PLAIN_MAX && isPrintable(payload) ? payload : '';
  return { nature: natureOf(payload), plain_data, signed_data: base64(record) };
}

/** OCMF 1.4: B begins; E, L, R, A, P end. */
function natureOf(payload: string): 'Start' | 'End' | 'Intermediate' {
  if (/"TX" *: *"[ELRAP]"/.test(payload)) return 'End';
  return /"TX" *: *"B"/.test(payload) ? 'Start' : 'Intermediate';
}

/** The EIP-712 message with its signatures as the event has them (ERC-2098). */
function signedReading({ args }: SignedEvent, { chainId, market }: MarketRef): object {
  const message = readReading(args.bookingId, args.reading);
  const domain = { name: 'Plugpact', version: '1', chainId, verifyingContract: market };
  const signatures = {
    agentSignature: args.agentSignature,
    ...('sessionSignature' in args && { sessionSignature: args.sessionSignature }),
  };
  const plain = JSON.stringify(message);
  const whole = JSON.stringify({ domain, primaryType: 'Reading', message, ...signatures });
  return {
    encoding_method: 'EIP-712',
    signed_values: [
      { nature: 'End', plain_data: plain.length <= PLAIN_MAX ? plain : '', signed_data: base64(whole) },
    ],
  };
}
