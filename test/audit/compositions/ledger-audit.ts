import { copyFileSync } from 'node:fs';
import { vi } from 'vitest';
import type { KeptAccounts } from '../../../audit/accounting/kept-accounts.ts';
import type * as own from '../../../audit/audit-ledger.ts';
import type { AuditReport } from '../../../audit/audit-report.ts';
import { SESSION_VARIABLE } from '../../../audit/evidence/bundles-of-api.ts';
import type { LedgerReading } from '../../../audit/ledger/read-ledger.ts';
import type { AuditTask, LedgerState } from '../../../audit/ledger-state.ts';
import type { Lie } from '../faults/proxy.ts';
import { codesIn } from '../left-out/cases.ts';
import type { Mutant } from '../rules/mutants.ts';
import { type LoaderOptions, mutatedAudit } from '../rules/mutated-audit.ts';
import type { Load } from '../rules/vector-checks.ts';
import type { ComposedLedger } from './composed-ledger.ts';
import type { ComposedCase, LeftOut } from './describe-compositions.ts';
import { honestly } from './lies.ts';
import { Nodes } from './nodes.ts';

/** What an audit found, what it read, and the file for the next one. */
export interface Audited {
  report: AuditReport;
  state: LedgerState;
  file: string;
}

interface Seen {
  state?: LedgerState;
}

/** How a ledger is audited; of what is left out here, as usual. */
export interface LedgerPlan {
  task?: (ledger: ComposedLedger) => Partial<AuditTask>;
  /** The nodes, by their names. */
  nodes?: Readonly<Record<string, (ledger: ComposedLedger) => Lie>>;
  /** Whether there is a checkpoint: what the earlier audit left, or none yet. */
  from?: 'earlier' | 'nothing';
  /** Changes what was read of the logs, all that was read, and the accounts of the earlier audit. */
  reading?: (reading: LedgerReading, ledger: ComposedLedger) => LedgerReading;
  state?: (state: LedgerState, ledger: ComposedLedger) => LedgerState;
  accounts?: (kept: KeptAccounts) => KeptAccounts;
  /** Seconds that this machine's clock is ahead. */
  aheadSec?: number;
  /** The cookie of a signed-in account of an API. */
  session?: string;
  around?: LoaderOptions['around'];
  /** What is said beside the codes. */
  also?: (audited: Audited) => string[] | Promise<string[]>;
}

export const PROGRAM = 'this program';

type ReadState = typeof import('../../../audit/ledger-state.ts').readState;
type ReadLedger = typeof import('../../../audit/ledger/read-ledger.ts').readLedger;
type AccountsIn = typeof import('../../../audit/accounting/kept-accounts.ts').accountsIn;

/** Audits of one ledger by modules of which one may have a part left out. */
export class LedgerAudits {
  readonly #ledger: () => ComposedLedger;
  readonly #nodes: Nodes;
  readonly #shared: Load;
  #runs = 0;

  constructor(ledger: () => ComposedLedger) {
    this.#ledger = ledger;
    this.#nodes = new Nodes(() => ledger().node);
    this.#shared = mutatedAudit(undefined, this.#nodes);
  }

  /** The earlier audit. */
  async leaveCheckpoint(): Promise<void> {
    const { checkpoint, earlyBlock } = this.#ledger();
    const plan: LedgerPlan = { task: () => ({ checkpoint, toBlock: earlyBlock }) };
    await this.#run(this.#loader(plan, {}, undefined), plan, {});
  }

  case(
    what: string,
    says: readonly string[],
    plan: LedgerPlan,
    misses: readonly LeftOut[] = [],
  ): ComposedCase {
    const seen: Seen = {};
    return {
      ...{ what, says, misses },
      loader: (mutant) => this.#loader(plan, seen, mutant),
      run: (load) => this.#run(load, plan, seen),
    };
  }

  #loader({ reading, state, accounts, around }: LedgerPlan, seen: Seen, mutant: Mutant | undefined): Load {
    const ledger = this.#ledger();
    const readState =
      (read: ReadState) =>
      async (...asked: Parameters<ReadState>) => {
        const found = await read(...asked);
        seen.state = state?.(found, ledger) ?? found;
        return seen.state;
      };
    const readLedger =
      (read: ReadLedger) =>
      async (...asked: Parameters<ReadLedger>) => {
        const found = await read(...asked);
        return reading?.(found, ledger) ?? found;
      };
    return mutatedAudit(mutant, {
      ...{ fetch: this.#nodes.fetch, shared: this.#shared },
      around: {
        'program.ts': () => ({ programDigest: () => PROGRAM }),
        'ledger-state.ts': (exported: { readState: ReadState }) => ({
          ...exported,
          readState: readState(exported.readState),
        }),
        ...(reading && {
          'ledger/read-ledger.ts': (exported: { readLedger: ReadLedger }) => ({
            ...exported,
            readLedger: readLedger(exported.readLedger),
          }),
        }),
        ...(accounts && {
          'accounting/kept-accounts.ts': (exported: { accountsIn: AccountsIn }) => ({
            ...exported,
            accountsIn: (...given: Parameters<AccountsIn>) => accounts(exported.accountsIn(...given)),
          }),
        }),
        ...around,
      },
    });
  }

  async #run(
    load: Load,
    { task, nodes = { first: honestly }, from, aheadSec = 0, session, also }: LedgerPlan,
    seen: Seen,
  ): Promise<string[]> {
    const ledger = this.#ledger();
    this.#nodes.answer(Object.fromEntries(Object.entries(nodes).map(([name, lie]) => [name, lie(ledger)])));
    const file = `${ledger.checkpoint}-${++this.#runs}`;
    if (from === 'earlier') copyFileSync(ledger.checkpoint, file);
    const asked = {
      rpcUrl: ['first', 'second']
        .filter((name) => name === 'first' || name in nodes)
        .map((name) => `http://${name}`),
      market: ledger.market,
      ...(from && { checkpoint: file }),
      ...task?.(ledger),
    };
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 1_000 * aheadSec);
    vi.stubEnv(SESSION_VARIABLE, session);
    try {
      const report = await load<typeof own>('audit-ledger.ts').auditLedger(asked);
      return [...codesIn(report), ...((await also?.({ report, state: seen.state!, file })) ?? [])];
    } finally {
      clock.mockRestore();
      vi.unstubAllEnvs();
    }
  }
}
