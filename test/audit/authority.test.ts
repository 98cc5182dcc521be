import { zeroHash } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsDue, WITHDRAWALS } from '../../audit/authority/events-due.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { authorityCases } from './authority-cases.ts';
import { type AuthorityEvidence, authorityCodes, checkAll, readAuthority } from './authority-evidence.ts';
import { causedBy } from './forged-acts.ts';
import { describeCases } from './left-out/describe-cases.ts';
import { playSignedActs } from './signed-acts.ts';

let anvil: Anvil;
let honest: AuthorityEvidence;
beforeAll(async () => {
  anvil = await startAnvil();
  honest = await readAuthority(await playSignedActs(anvil.url));
});
afterAll(() => anvil.stop());

describeCases(
  'authority',
  authorityCases(() => honest),
);

describe('who was allowed', () => {
  it('is contradicted by a withdrawal that is carried out twice, across the end of an earlier audit, which leaves only later events to check', async () => {
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
});
