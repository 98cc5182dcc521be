import { FAILED_DIAL_REASONS, type FailedDialReason } from '../drivers/charge-point-events.ts';
import { dialRemedy, dialText } from '../status/callers-text.ts';
import { say, speech } from './speech.ts';

/** A line of the log, read again. */
export type Logged = Readonly<Record<string, unknown>>;

const isDialReason = (value: unknown): value is FailedDialReason =>
  FAILED_DIAL_REASONS.some((reason) => reason === value);

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * A warning of the log for who sets up a wallbox: dials in vain and refused cards in the reader's words, all else as the
 * log has it. `key` is the same for what was said before.
 */
export function warningOf(logged: Logged, nowSec: number): { key: string; text: string } {
  const { chargePointId, reason, address, idTag, msg, detail, remedy } = logged;
  const id = textOf(chargePointId) ?? null;
  if (isDialReason(reason)) {
    const dial = { reason, address: textOf(address) ?? '', chargePointId: id, at: nowSec, count: 1 };
    const text = `! · ${dialText(dial, speech())} ${dialRemedy(dial, speech())}`;
    return { key: [reason, dial.address, id].join(' '), text };
  }
  const card = textOf(idTag);
  if (card !== undefined && id !== null) {
    const values = { wallbox: id, card, at: speech().moment(nowSec) };
    const text = `! · ${say('cli.check.card', values)} ${say('cli.check.card.remedy', { card })}`;
    return { key: `card ${id} ${card}`, text };
  }
  const text = ['!', chargePointId, msg, detail, remedy].filter((part) => part !== undefined).join(' · ');
  return { key: text, text };
}
