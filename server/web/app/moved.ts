import { humanError } from './ledgerClient.ts';
import type { Step } from './Steps.tsx';
import { t } from './words.ts';

/** A relayed call that waits; a wallet that was asked, and was not waited for, or said nothing that is understood. */
const UNSURE: ReadonlySet<string> = new Set(['relay.slow', 'wallet.abandoned', 'wallet.failed']);

/** What is found before anything is sent. */
const SURE =
  /^(account|act|booking|cost|deposit|passkey|purse|rating|recovery|relay|signIn|signature|storage|wallet|withdrawal|word)\./;

/**
 * Whether the call of a failed step cannot have had an effect: it was never signed, or the relay or the ledger refused it. A
 * call whose answer is missing may have arrived all the same.
 */
export function isRefused({ code }: { code: string }): boolean {
  if (UNSURE.has(code)) return false;
  // The market's own errors are named `Booking_SlotTaken`: a call that it refuses changes nothing.
  if (/^[A-Z][A-Za-z]*_[A-Za-z]+$/.test(code) || code === 'ledger.reverted') return true;
  return SURE.test(code);
}

const named = (steps: readonly Step[]): string =>
  steps.map(({ name }) => t('errors.moved.name', { name })).join(', ');

function ofFailed(failed: readonly Step[], isSure: boolean): string[] {
  if (failed.length === 0) return [];
  const names = named(failed);
  if (isSure) return [t('errors.moved.refused', { names })];
  const isSent = failed.some(({ transactionHash }) => transactionHash !== undefined);
  return [isSent ? t('errors.moved.sent', { names }) : t('errors.moved.unknown', { names })];
}

/**
 * What has moved and what has not after an action failed, from what its steps came to. Undefined where there were no steps:
 * who only reads moves nothing.
 */
export function whatMoved(error: unknown, steps: readonly Step[]): string | undefined {
  if (steps.length === 0) return undefined;
  const done = steps.filter(({ phase }) => phase === 'done');
  const silent = done.filter(({ moved }) => moved === undefined);
  const failed = steps.filter(({ phase }) => phase === 'failed' || phase === 'signing' || phase === 'sent');
  const waiting = steps.filter(({ phase }) => phase === 'waiting');
  const isSure = isRefused(humanError(error));
  const isNothing = done.length === 0 && (failed.length === 0 || isSure);
  return [
    ...(isNothing ? [t('errors.moved.nothing')] : []),
    ...(silent.length === 0 ? [] : [t('errors.moved.done', { names: named(silent) })]),
    ...done.flatMap(({ moved }) => (moved === undefined ? [] : [moved])),
    ...(isNothing ? [] : ofFailed(failed, isSure)),
    ...(isNothing || waiting.length === 0 ? [] : [t('errors.moved.waiting', { names: named(waiting) })]),
  ].join(' ');
}
