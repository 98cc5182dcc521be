import { join } from 'node:path';
import type { Hex } from 'viem';
import { demoTokenAbi } from '../../../protocol/abi.ts';
import { toBookingStruct } from '../../../protocol/booking.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { booked, type Fixture, newFixture } from '../../contracts/fixture.ts';
import { rpc } from '../../support/anvil.ts';
import {
  banker,
  clientOf,
  sendCall,
  type TestMarket,
  TOKEN,
  testTerms,
  write,
} from '../../support/market.ts';
import { MeteredCharger, writeEvidence } from '../evidence/session-on-ledger.ts';
import { RecordedNode } from '../ledger/recorded-node.ts';

/** A ledger on which each part of the audit has something to look at, before an earlier audit and after it. */
export interface ComposedLedger {
  node: RecordedNode;
  market: Hex;
  /** The market's block: it has no event yet. */
  deployBlock: bigint;
  /** The last block of the earlier audit. */
  earlyBlock: bigint;
  /** Folder of the evidence of all sessions, of which the later one has a changed record. */
  evidence: string;
  /** What the earlier audit left. */
  checkpoint: string;
  /** The transaction of the earlier withdrawal. */
  withdrawal: Hex;
  /** The transaction of the later booking, which is open. */
  booking: Hex;
}

const SENT_UNITS = 7n;
/** Late for a booking in three hours: it can be cancelled for nothing because it was made just now. */
const CANCEL_UNTIL_MIN = 600n;
const CLOSED = 2;

const withdraw = ({ market, driver }: Fixture) =>
  write(market, driver, 'withdraw', [0, TOKEN, driver.address]);

/** Somebody sends tokens to the market without a deposit. */
const sendTokens = ({ rpcUrl, token, market }: TestMarket) =>
  sendCall(clientOf(rpcUrl, banker), {
    ...{ address: token, abi: demoTokenAbi, functionName: 'transfer', args: [market, SENT_UNITS] },
  });

export async function playLedger(market: TestMarket, folder: string): Promise<ComposedLedger> {
  const evidence = join(folder, 'evidence');
  const { bookingTerms } = testTerms(market.market, market.market);
  const fixture = await newFixture(market, {
    bookingTerms: { ...bookingTerms, cancelUntilMin: CANCEL_UNTIL_MIN },
  });
  const charger = new MeteredCharger(market);
  writeEvidence(evidence, await charger.settle());
  const other = new MeteredCharger(market);
  await other.listingId;
  const { transactionHash: withdrawal } = await withdraw(fixture);
  await sendTokens(market);
  const late = await booked(fixture);
  const earlyBlock = BigInt(await rpc<Hex>(market.rpcUrl, 'eth_blockNumber'));
  await withdraw(fixture);
  const message = { bookingId: late.bookingId, paysLateFee: false };
  const signed = await signMessageOf(fixture.driver, market.ref, 'CancelByDriver', message);
  await write(market, banker, 'cancelByDriver', [toBookingStruct(late.booking), late.state, signed]);
  await write(market, fixture.host, 'setListingStatus', [fixture.listing, CLOSED, '0x']);
  writeEvidence(evidence, await other.settle({ edit: withOtherRecord }));
  const open = await newFixture(market);
  await booked(open);
  const { hash: booking } = await newestTransaction(market);
  return {
    node: new RecordedNode(market.rpcUrl),
    ...{ market: market.market, deployBlock: BigInt(market.deployBlock), earlyBlock, evidence },
    ...{ checkpoint: join(folder, 'checkpoint'), withdrawal, booking },
  };
}

const withOtherRecord = (lines: string[]): string[] =>
  lines.map((line) => line.replace(/\\"RV\\":12,/, String.raw`\"RV\":13,`));

async function newestTransaction({ rpcUrl }: TestMarket): Promise<{ hash: Hex }> {
  const block = await rpc<{ transactions: { hash: Hex }[] }>(rpcUrl, 'eth_getBlockByNumber', [
    'latest',
    true,
  ]);
  return block.transactions.at(-1)!;
}
