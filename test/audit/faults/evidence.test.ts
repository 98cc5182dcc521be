import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, it } from 'vitest';
import { auditLedger } from '../../../audit/audit-ledger.ts';
import { type Anvil, startAnvil } from '../../../scripts/lib/anvil.ts';
import { jumpTo, nowOf } from '../../contracts/fixture.ts';
import { deployTestMarket, type TestMarket } from '../../support/market.ts';
import { MeteredCharger, type SettledSession, writeEvidence } from '../evidence/session-on-ledger.ts';
import { EVIDENCE_FAULTS, type EvidenceFault } from './evidence-faults.ts';
import { expectNamed } from './lines.ts';

const SLOT_SEC = 900;

const root = mkdtempSync(join(tmpdir(), 'plugpact-faults-'));
const folderOf = ({ name }: EvidenceFault): string => join(root, name.replaceAll(/\W+/g, '-'));

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
  await playSessions();
}, 180_000);
afterAll(async () => {
  await anvil?.stop();
  rmSync(root, { recursive: true, force: true });
});

/** A charger for each fault; the sessions of all, a slot after the other. */
async function playSessions(): Promise<void> {
  const played = new Map<EvidenceFault, { charger: MeteredCharger; sessions: SettledSession[] }>();
  const most = Math.max(...EVIDENCE_FAULTS.map(({ sessions }) => sessions.length));
  for (let index = 0; index < most; index++) {
    const slot = Math.floor((await nowOf(market)) / SLOT_SEC) + 1;
    if (index > 0) await jumpTo(market, slot * SLOT_SEC + 5);
    for (const fault of EVIDENCE_FAULTS) {
      const plan = fault.sessions[index];
      if (plan === undefined) continue;
      const one = played.get(fault) ?? { charger: new MeteredCharger(market), sessions: [] };
      one.sessions.push(await one.charger.settle(plan));
      played.set(fault, one);
    }
  }
  for (const [fault, { sessions }] of played) {
    for (const session of sessions) writeEvidence(folderOf(fault), session);
    fault.spoil?.(folderOf(fault), sessions);
  }
}

it.each(EVIDENCE_FAULTS)('evidence: $name', async (fault) => {
  const task = { rpcUrl: anvil.url, market: market.market, evidence: folderOf(fault) };
  expectNamed(await auditLedger(task), fault.code);
});
