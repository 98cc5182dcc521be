import { beforeAll, describe, expect, it } from 'vitest';
import type { rebuild } from '../../../audit/accounting/rebuild.ts';
import type { LedgerEvent } from '../../../audit/rules/events.ts';
import { LEDGER_CASES, type LedgerCase } from './ledger-cases.ts';
import { MUTANTS, type Mutant } from './mutants.ts';
import { mutatedAudit, occurrences } from './mutated-audit.ts';
import { RULE_CHECKS } from './rule-checks.ts';
import { MARKET } from './short-ledger.ts';
import type { Load } from './vector-checks.ts';

interface Played extends LedgerCase {
  events: readonly LedgerEvent[];
}

/** The short ledgers, each played once: what differs between mutants is the recount. */
let ledgers: readonly Played[] = [];

beforeAll(async () => {
  ledgers = await Promise.all(
    LEDGER_CASES.map(async (each) => ({ ...each, events: (await each.play()).events })),
  );
});

const holds = (load: Load, check: (load: Load) => void): boolean => {
  try {
    check(load);
    return true;
  } catch {
    return false;
  }
};

/** The first check of a file, or the first ledger, that notices an error in the audit's rules. */
async function noticedBy(load: Load, inFile?: string): Promise<string | undefined> {
  const checks = RULE_CHECKS.filter(({ file }) => inFile === undefined || file === inFile);
  const check = checks.find((each) => !holds(load, each.check));
  if (check !== undefined) return check.what;
  const { rebuild: recount } = load<{ rebuild: typeof rebuild }>('accounting/rebuild.ts');
  for (const { what, events, code } of ledgers) {
    const book = await recount(MARKET, events).catch(() => undefined);
    if (book === undefined || book.discrepancies[0]?.code !== code) return what;
  }
  return undefined;
}

describe('the audit’s own rules', () => {
  it.each(RULE_CHECKS)('agree with contracts, vectors and protocol/: $what', ({ check }) => {
    check(mutatedAudit());
  });

  it('recount every short ledger, read as the mutants are', async () => {
    expect(await noticedBy(mutatedAudit())).toBeUndefined();
  });
});

describe('an error in the audit’s own rules is noticed', () => {
  it.each(MUTANTS)('$file: $what', async (mutant: Mutant) => {
    expect(occurrences(mutant)).toBe(1);
    expect(await noticedBy(mutatedAudit(mutant), mutant.file)).toBeDefined();
  });
});
