import { UserRejectedRequestError, WaitForTransactionReceiptTimeoutError } from 'viem';
import { describe, expect, it } from 'vitest';
import { PlugpactError } from '../../protocol/errors.ts';
import { humanError } from '../../server/web/app/ledgerClient.ts';
import { isRefused, whatMoved } from '../../server/web/app/moved.ts';
import type { Step } from '../../server/web/app/Steps.tsx';

const HASH = `0x${'ab'.repeat(32)}` as const;
const error = (code: string) => new PlugpactError({ code, rule: 'R.', remedy: 'M.' });
const step = (name: string, phase: Step['phase'], more: Partial<Step> = {}): Step => ({
  name,
  phase,
  ...more,
});

describe('what has moved after a failure', () => {
  it('is said of a deposit that was made before the second signature was refused', () => {
    const refused = new UserRejectedRequestError(new Error('no'));
    const moved = '9.50 DUSD are in your purse.';
    const steps = [
      step('Deposit', 'done', { transactionHash: HASH, moved }),
      step('Sign the booking', 'failed'),
      step('Tell', 'waiting'),
    ];
    expect(whatMoved(refused, steps)).toBe(
      `${moved} “Sign the booking” did not happen and moved no money. Not begun: “Tell”.`,
    );
    expect(whatMoved(refused, [step('Deposit', 'done'), step('Sign', 'failed')])).toContain(
      'Already done, and it stays: “Deposit”.',
    );
  });

  it('is nothing only where nothing was done, and nothing can be on its way', () => {
    const nothing = 'No money has moved.';
    expect(whatMoved(error('wallet.refused'), [step('Book', 'failed')])).toBe(nothing);
    expect(whatMoved(error('Booking_SlotTaken'), [step('Book', 'failed')])).toBe(nothing);
    expect(whatMoved(error('api.unreachable'), [step('Book', 'waiting')])).toBe(nothing);
    for (const code of ['relay.slow', 'api.unreachable', 'api.status502', 'ledger.slow', 'page.unexpected']) {
      const unsure = whatMoved(error(code), [step('Book', 'failed')]);
      expect(unsure).not.toContain('No money');
      expect(unsure).toContain('Look again before you try once more');
    }
  });

  it('says of a call that was sent that the ledger may still take it, unless it refused it', () => {
    const sent = [step('Book', 'failed', { transactionHash: HASH })];
    expect(whatMoved(error('ledger.slow'), sent)).toContain('“Book” was sent');
    expect(whatMoved(error('ledger.reverted'), sent)).toBe('No money has moved.');
  });

  it('is not said where nothing was to be done', () => {
    expect(whatMoved(error('api.unreachable'), [])).toBeUndefined();
  });
});

describe('an error of a wallet or the ledger', () => {
  it('has a code and words of its own', () => {
    expect(humanError(new UserRejectedRequestError(new Error('no')))).toMatchObject({
      code: 'wallet.refused',
    });
    const late = new WaitForTransactionReceiptTimeoutError({ hash: HASH });
    expect(humanError(late)).toMatchObject({ code: 'ledger.slow' });
    expect(isRefused(humanError(late))).toBe(false);
  });
});
