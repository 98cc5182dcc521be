import type { ConfigResponse } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import type { Holdings } from '../accounts/holdings.ts';
import { NOBODY, type RelayTerms, readRelayFees, relayTermsOf } from '../accounts/relayTerms.ts';
import type { Wallet } from '../accounts/wallet.ts';
import type { Ledger } from '../app/ledgerClient.ts';

/**
 * Asks the relayer what it takes for a booking of this account at present, by the call that the booking leads to: one that
 * brings the missing money along, or one whose signature is not a key's, takes more gas.
 */
export async function askRelayTerms(
  wallet: Wallet,
  { client }: Ledger,
  config: ConfigResponse,
  { purses, funding }: Pick<Holdings, 'purses' | 'funding'>,
  locked: bigint,
): Promise<RelayTerms> {
  const { address } = wallet;
  const [fees, code] = await Promise.all([readRelayFees(config), client.getCode({ address })]);
  if (fees === undefined) return NOBODY;
  const isKey = wallet.kind !== 'passkey' && code === undefined;
  const booking = relayTermsOf(fees, isKey ? 'book' : 'bookByWallet');
  const isFull = purses.some(({ busy, balance }) => !busy && balance >= locked + booking.fee);
  return isFull || funding.kind !== 'authorization' ? booking : relayTermsOf(fees, 'fundAndBook');
}

/**
 * What is signed: what was shown, as long as the relayer takes it, and never more.
 *
 * @throws PlugpactError `relay.feeChanged`.
 */
export async function signedTerms(
  shown: RelayTerms,
  ask: () => Promise<RelayTerms>,
  nowSec: number,
): Promise<RelayTerms> {
  if (nowSec < shown.validUntil) return shown;
  const asked = await ask();
  if (asked.fee <= shown.fee) return asked;
  throw new PlugpactError({
    code: 'relay.feeChanged',
    value: `${asked.fee} token units instead of ${shown.fee}`,
    rule: 'The relayer asks more than was shown: the network has become more expensive.',
    remedy: 'Look at the new fee, and sign again if it suits you.',
    retry: 'later',
  });
}
