import { zeroHash } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsDue, WITHDRAWALS } from '../../audit/authority/events-due.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import {
  type AuthorityEvidence,
  authorityCodes,
  checkAll,
  checkChange,
  readAuthority,
} from './authority-evidence.ts';
import { causedBy } from './forged-acts.ts';
import { FORGERIES } from './forgeries.ts';
import { playSignedActs } from './signed-acts.ts';

let anvil: Anvil;
let honest: AuthorityEvidence;
beforeAll(async () => {
  anvil = await startAnvil();
  honest = await readAuthority(await playSignedActs(anvil.url));
}, 60_000);
afterAll(() => anvil.stop());

describe('who was allowed', () => {
  it('is shown for every act that only somebody may do, by every kind of account', async () => {
    expect(await checkAll(honest)).toEqual({ discrepancies: [], findings: [], unverifiable: [] });
  });

  it.each(FORGERIES)('is contradicted by %s: %s', async (_, code, forge) => {
    const verdict = await checkChange(honest, await forge(honest));
    expect(authorityCodes(verdict)).toEqual([code]);
    expect(verdict.discrepancies.length).toBeLessThanOrEqual(3);
    expect(verdict.unverifiable).toEqual([]);
  });

  it('is contradicted by a withdrawal that is carried out twice', async () => {
    const { event } = causedBy(honest, 'Withdrawn', 'withdrawBySignature');
    const tx = zeroHash.replace('0x0', '0x1') as typeof zeroHash;
    const again = { ...honest.transactions.get(event.tx)!, hash: tx };
    const transactions = new Map(honest.transactions).set(tx, again);
    const verdict = await checkAll({ ...honest, transactions, events: [...honest.events, { ...event, tx }] });
    expect(authorityCodes(verdict)).toEqual(['authority.nonce']);
  });

  it('is contradicted by it across the end of an earlier audit, which leaves only later events to check', async () => {
    const { event } = causedBy(honest, 'Withdrawn', 'withdrawBySignature');
    const earlier = () => honest.events.filter(({ eventName }) => WITHDRAWALS.includes(eventName));
    expect(eventsDue([], earlier)).toEqual([]);
    const tx = zeroHash.replace('0x0', '0x1') as typeof zeroHash;
    const again = { ...event, tx };
    const due = eventsDue([again], earlier);
    const ofAccount = honest.events.filter(
      ({ eventName, args }) => eventName === 'Withdrawn' && args.account === event.args.account,
    );
    expect(due).toEqual([...ofAccount, again]);
    const transactions = new Map(honest.transactions);
    transactions.set(tx, { ...transactions.get(event.tx)!, hash: tx });
    expect(authorityCodes(await checkAll({ ...honest, events: due, transactions }))).toEqual([
      'authority.nonce',
    ]);
  });

  it('stays undecided where old code would have to be asked, and the node has none', async () => {
    const answers = {
      ...honest.context.answers,
      callAt: async () => undefined,
      codeAt: async () => undefined,
    };
    const { discrepancies, unverifiable } = await checkAll({
      ...honest,
      context: { ...honest.context, answers },
    });
    expect(discrepancies).toEqual([]);
    expect(new Set(unverifiable.map(({ need }) => need))).toEqual(new Set(['archive needed']));
    expect(new Set(unverifiable.map(({ code }) => code))).toEqual(
      new Set([
        'authority.Booked',
        'authority.Canceled',
        'authority.Deposited',
        'authority.ListingPublished',
        'authority.Withdrawn',
      ]),
    );
  });

  it('stays undecided behind another contract, where the node traces nothing', async () => {
    const answers = { ...honest.context.answers, trace: async () => undefined };
    const { discrepancies, unverifiable } = await checkAll({
      ...honest,
      context: { ...honest.context, answers },
    });
    expect({ discrepancies, unverifiable }).toEqual({
      discrepancies: [],
      unverifiable: [expect.objectContaining({ code: 'authority.Booked', need: 'trace needed' })],
    });
  });

  it('stays undecided where the node withholds a transaction', async () => {
    const { tx } = causedBy(honest, 'Arrived', 'arrived').event;
    const transactions = new Map(honest.transactions);
    transactions.delete(tx);
    const { discrepancies, unverifiable } = await checkAll({ ...honest, transactions });
    expect({ discrepancies, unverifiable }).toEqual({
      discrepancies: [],
      unverifiable: [expect.objectContaining({ tx, need: 'transaction needed' })],
    });
  });
});
