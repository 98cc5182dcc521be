import { humanError } from './ledgerClient.ts';
import type { Step } from './Steps.tsx';
import { t } from './words.ts';

/**
 * Whether the call of a failed step cannot have had an effect: it was never signed, or the relay or the ledger refused it. A
 * call whose answer is missing may have arrived all the same.
 */
export function isRefused({ code }: { code: string }): boolean {
  if (code === 'relay.slow' || code === 'wallet.slow' || code === 'wallet.hangs') return false;
  // The market's own errors are named `Booking_SlotTaken`: a call that it refuses changes nothing.
  if (/^[A-Z][A-Za-z]*_[A-Za-z]+$/.test(code) || code === 'ledger.reverted') return true;
  return /^(wallet|relay|booking|signature|storage|word|cost|passkey|signIn|rating|deposit)\./.test(code);
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
