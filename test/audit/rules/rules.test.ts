import { beforeAll, describe, expect, it } from 'vitest';
import type { AccountBook } from '../../../audit/accounting/account-book.ts';
import type { compareWithLedger } from '../../../audit/accounting/compare.ts';
import type { rebuild } from '../../../audit/accounting/rebuild.ts';
import type { LedgerEvent } from '../../../audit/rules/events.ts';
import { checksLeftOut } from '../left-out/sites.ts';
import type { LedgerCase } from './ledger-case.ts';
import { LEDGER_CASES } from './ledger-cases.ts';
import { MUTANTS, type Mutant } from './mutants.ts';
import { mutatedAudit, occurrences } from './mutated-audit.ts';
import { RULE_CHECKS, type RuleCheck } from './rule-checks.ts';
import { MARKET } from './short-ledger.ts';
import { OTHER_STORAGE, storageOf } from './storage-checks.ts';
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

async function holds(load: Load, { check }: RuleCheck): Promise<boolean> {
  try {
    await check(load);
    return true;
  } catch {
    return false;
  }
}

/** Whether a recount finds in a ledger what is wrong there, first, and what is beside it. */
function isFound({ code, beside }: Played, { discrepancies, consequences }: AccountBook): boolean {
  if (discrepancies[0]?.code !== code) return false;
  return beside === undefined || [...discrepancies, ...consequences].some((each) => each.code === beside);
}

/** The first storage whose difference from an honest ledger is not found, or where none is and one is found. */
function unnoticedStorage(load: Load, book: AccountBook): string | undefined {
  const { compareWithLedger: compare } = load<{ compareWithLedger: typeof compareWithLedger }>(
    'accounting/compare.ts',
  );
  const { Causes } = load<{ Causes: new () => AccountBook['causes'] }>('accounting/causes.ts');
  const held = storageOf(book);
  const codeOf = (holdings: typeof held): string | undefined => {
    const fresh = { ...book, discrepancies: [], consequences: [], causes: new Causes() } as AccountBook;
    compare(fresh, holdings);
    return fresh.discrepancies[0]?.code;
  };
  const wrong = Object.entries(OTHER_STORAGE).find(([code, change]) => codeOf(change(held)) !== code);
  return codeOf(held) ?? wrong?.[0];
}

/** The first check of a file, ledger or storage that notices an error in the audit's rules. */
async function noticedBy(load: Load, inFile?: string): Promise<string | undefined> {
  for (const check of RULE_CHECKS) {
    const isDue = inFile === undefined || check.file === inFile;
    if (isDue && !(await holds(load, check))) return check.what;
  }
  const { rebuild: recount } = load<{ rebuild: typeof rebuild }>('accounting/rebuild.ts');
  let honest: AccountBook | undefined;
  for (const ledger of ledgers) {
    const book = await recount(MARKET, ledger.events).catch(String);
    if (typeof book === 'string') return `${ledger.what}: ${book}`;
    if (!isFound(ledger, book)) return ledger.what;
    honest ??= book;
  }
  return honest && unnoticedStorage(load, honest);
}

describe('the audit’s own rules', () => {
  it.each(RULE_CHECKS)('agree with contracts, vectors and protocol/: $what', async ({ check }) => {
    await check(mutatedAudit());
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

describe('a check of the accounts that is left out is missed', () => {
  it.each(checksLeftOut('accounting'))('$file, $what', async (mutant: Mutant) => {
    expect(occurrences(mutant)).toBe(1);
    const load = mutatedAudit(mutant);
    load(mutant.file);
    const noticed = await noticedBy(load, mutant.file);
    expect(noticed).toBeDefined();
    // A recount that ends in an error does not show that the check is missed.
    expect(noticed).not.toMatch(/: \w*Error: /);
  });
});
