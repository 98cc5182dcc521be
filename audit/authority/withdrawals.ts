import { type Address, type Hex, isAddressEqual } from 'viem';
import type { ActOf } from '../calldata/acts.ts';
import { digestOf } from '../rules/signed-types.ts';
import { consentOf } from './consents.ts';
import { relayerIs } from './intents.ts';
import { ALLOWED, allOf, type Judgement, refusedBy } from './judgement.ts';
import type { Scene } from './scene.ts';

type Purse = Scene<'Withdrawn', 'withdraw' | 'withdrawBySignature'>;
type Earnings = Scene<'EarningsWithdrawn', 'withdrawEarnings' | 'withdrawEarningsBySignature'>;

interface Payment {
  /** The purse's number, or the listing. */
  of: number | Hex;
  amount: bigint;
  to: Address;
}

/** Only its owner empties a purse, by calling or by a signed message. */
export function checkWithdrawn({ context, event, act }: Purse): Judgement | Promise<Judgement> {
  const { account, purse, ...drawn } = event.args;
  const found = { ...drawn, of: purse };
  if (act.name === 'withdraw') {
    const [of, amount, to] = act.args;
    return allOf([paid(found, { of, amount, to }), called('withdrawal', account, act.sender)]);
  }
  const [w, signature] = act.args;
  const digest = digestOf(context.market, 'Withdraw', w);
  const consent = { account, sender: act.sender, digest, signature, blockNumber: event.blockNumber };
  const said = paid(found, { ...w, of: w.purse });
  return bySignature(event.at, w, act.sender, [said, consentOf(context.answers, 'withdrawal', consent)]);
}

/** Earnings are their host's alone. */
export function checkEarnings({ context, event, act }: Earnings): Judgement | Promise<Judgement> {
  const { host, listingId, ...drawn } = event.args;
  const found = { ...drawn, of: listingId };
  if (act.name === 'withdrawEarnings') {
    const [of, amount, to] = act.args;
    return allOf([paid(found, { of, amount, to }), called('withdrawal', host, act.sender)]);
  }
  const [w, signature] = act.args;
  const digest = digestOf(context.market, 'WithdrawEarnings', w);
  const consent = { account: host, sender: act.sender, digest, signature, blockNumber: event.blockNumber };
  const said = paid(found, { ...w, of: w.listingId });
  return bySignature(event.at, w, act.sender, [said, consentOf(context.answers, 'withdrawal', consent)]);
}

const called = (code: string, account: Address, sender: Address): Judgement =>
  isAddressEqual(account, sender)
    ? ALLOWED
    : refusedBy(
        code,
        'Without a signature, only the account itself withdraws.',
        account,
        `a call by ${sender}`,
      );

/** From where, as much, and to whom, as the owner said. */
function paid(found: Payment, said: Payment): Judgement {
  const isSame = found.of === said.of && found.amount === said.amount && isAddressEqual(found.to, said.to);
  const text = ({ of, amount, to }: Payment) => `${amount} of ${of} to ${to}`;
  const rule = 'A withdrawal pays what its owner said, to whom they said.';
  return isSame ? ALLOWED : refusedBy('withdrawal', rule, text(said), text(found));
}

type Message = ActOf<'withdrawBySignature'>['args'][0] | ActOf<'withdrawEarningsBySignature'>['args'][0];

async function bySignature(
  at: number,
  { validUntil, relayFee, amount, relayer }: Message,
  sender: Address,
  judgements: readonly (Judgement | Promise<Judgement>)[],
): Promise<Judgement> {
  const isInTime = BigInt(at) < validUntil;
  return allOf([
    ...(await Promise.all(judgements)),
    isInTime
      ? ALLOWED
      : refusedBy('expired', 'A message counts until it expires.', `after ${at}`, `${validUntil}`),
    relayerIs(relayer, sender),
    relayFee === 0n || relayFee < amount
      ? ALLOWED
      : refusedBy('relayFee', 'The relay fee is below what it moves.', `below ${amount}`, `${relayFee}`),
  ]);
}
