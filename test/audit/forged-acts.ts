import { encodeFunctionData, type Hex, keccak256, toHex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { type ActName, type ActOf, actsOf } from '../../audit/calldata/acts.ts';
import { MARKET_CALLS } from '../../audit/calldata/market-calls.ts';
import type { EventName, EventOf, LedgerEvent } from '../../audit/rules/events.ts';
import { newKey } from '../contracts/fixture.ts';
import type { AuthorityEvidence } from './authority-evidence.ts';
import { isOf } from './tamper.ts';

/** Somebody who has nothing to say in any booking. */
export const stranger = newKey();

/** The event of this name that this call caused alone. */
export function causedBy<Name extends EventName, Done extends ActName>(
  { events, transactions }: AuthorityEvidence,
  name: Name,
  call: Done,
): { event: EventOf<Name>; act: ActOf<Done> } {
  for (const event of events) {
    const transaction = isOf(event, name) ? transactions.get(event.tx) : undefined;
    if (transaction === undefined) continue;
    const [act] = actsOf(event.tx, [{ sender: transaction.from, input: transaction.input }]);
    if (act?.name === call) return { event: event as EventOf<Name>, act: act as ActOf<Done> };
  }
  throw new Error(`No ${name} by ${call}.`);
}

/** What a market that checks less would have let happen: the same events, after a call of another sender or content. */
export async function forged<Done extends ActName>(
  evidence: AuthorityEvidence,
  { tx, name, sender }: ActOf<Done>,
  args: readonly unknown[],
  key?: PrivateKeyAccount,
): Promise<AuthorityEvidence> {
  const input = encodeFunctionData({ abi: MARKET_CALLS, functionName: name, args } as never);
  const digest = keccak256(toHex(`${tx} again`));
  const honest = evidence.transactions.get(tx)!;
  const sent = { ...honest, hash: keccak256(digest), input };
  const signed =
    key === undefined
      ? { ...sent, from: sender }
      : { ...sent, from: key.address, signed: { digest, signature: await key.sign({ hash: digest }) } };
  const transactions = new Map(evidence.transactions).set(signed.hash, signed);
  transactions.delete(tx);
  const events = evidence.events.map((event) => (event.tx === tx ? { ...event, tx: signed.hash } : event));
  return { ...evidence, events, transactions };
}

/** The same events, but one has other arguments, or another time. */
export function retold<Name extends EventName>(
  evidence: AuthorityEvidence,
  event: EventOf<Name>,
  args: Partial<EventOf<Name>['args']>,
  laterSec = 0,
): AuthorityEvidence {
  const changed = { ...event, at: event.at + laterSec, args: { ...event.args, ...args } } as LedgerEvent;
  return { ...evidence, events: evidence.events.map((each) => (each === event ? changed : each)) };
}

/** The last byte of data, changed. */
export const flipped = (data: Hex): Hex =>
  `${data.slice(0, -2)}${(Number(`0x${data.slice(-2)}`) ^ 1).toString(16).padStart(2, '0')}` as Hex;
