import type { Address, Hex, TransactionReceipt } from 'viem';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { ConfigResponse } from '../../../protocol/api.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import { accountError } from './accountError.ts';
import { NOBODY, type RelayTerms, readRelayFees, relayTermsOf } from './relayTerms.ts';
import { marketCall, type Report, sendRelayed } from './send.ts';
import { signAs, type Wallet } from './wallet.ts';

const VALID_SEC = 300n;

interface Party {
  wallet: Wallet;
  ledger: Ledger;
  config: ConfigResponse;
}

type WithdrawalCall = 'withdrawBySignature' | 'withdrawEarningsBySignature';

/** What the relayer takes for it at present, out of the amount. */
export async function withdrawalTerms(config: ConfigResponse, call: WithdrawalCall): Promise<RelayTerms> {
  const fees = await readRelayFees(config);
  return fees === undefined ? NOBODY : relayTermsOf(fees, call);
}

/** Takes free money out of a purse, to any address, by signature. `amount` includes the relay fee. */
export const withdrawPurse = (
  party: Party,
  { purse, ...rest }: { purse: number; amount: bigint; to: Address },
  terms: RelayTerms,
  report: Report,
): Promise<TransactionReceipt> =>
  withdraw(party, 'withdrawBySignature', { account: party.wallet.address, purse, ...rest }, terms, report);

/** Takes a host's earnings of a listing out, to any address, by signature. `amount` includes the relay fee. */
export const withdrawEarnings = (
  party: Party,
  { listingId, ...rest }: { listingId: Hex; amount: bigint; to: Address },
  terms: RelayTerms,
  report: Report,
): Promise<TransactionReceipt> =>
  withdraw(
    party,
    'withdrawEarningsBySignature',
    { host: party.wallet.address, listingId, ...rest },
    terms,
    report,
  );

const TYPES = { withdrawBySignature: 'Withdraw', withdrawEarningsBySignature: 'WithdrawEarnings' } as const;

/** @throws PlugpactError `withdrawal.fee` where the fee would take it all. */
async function withdraw(
  { wallet, ledger, config }: Party,
  call: WithdrawalCall,
  what: { amount: bigint; to: Address } & Record<string, unknown>,
  { fee: relayFee, relayer }: RelayTerms,
  report: Report,
): Promise<TransactionReceipt> {
  if (relayFee >= what.amount) throw accountError('feeTooHigh', { value: `${relayFee}` });
  report({ phase: 'signing' });
  const [nonce, { timestamp }] = await Promise.all([
    ledger.client.readContract({
      ...{ address: ledger.ref.market, abi: plugpactMarketAbi, functionName: 'nonces' },
      args: [wallet.address],
    }),
    ledger.client.getBlock(),
  ]);
  const message = { ...what, relayer, relayFee, nonce, validUntil: timestamp + VALID_SEC };
  const signature = await signAs(wallet, ledger, TYPES[call], message);
  const data = marketCall(call, [message, signature]);
  return sendRelayed(wallet, ledger, config, data, report, relayFee > 0n);
}
