import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.ts';

/** The three disputes on a ledger whose clock is moved. */
const TIMEOUT_MS = 100_000;

const DISPUTED = ['list', 'book', 'claim', 'claimAlone', 'challenge'];
const STEPS = [
  ...DISPUTED,
  'prove',
  ...DISPUTED,
  'finalise',
  ...['list', 'book', 'arrived', 'noShow', 'expire'],
];

it(
  'the demo of disputes ends each as the rules say, and in an audit that reconciles',
  async () => {
    const args = [join(ROOT, 'scripts/demo.ts'), '--dispute', '--json'];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: TIMEOUT_MS });
    const result = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(result.steps.map(({ name }: { name: string }) => name)).toEqual(STEPS);
    for (const { tx, gas } of result.steps) {
      expect(tx).toMatch(/^0x[0-9a-f]{64}$/);
      expect(gas).toBeGreaterThan(21_000);
    }
    // 0.25 per kWh at 6 decimals: 6.4 kWh claimed are 1.60, 2 kWh co-signed are 0.50; the bond is 1.25.
    expect(result.stories).toEqual([
      { name: 'challenge-won-by-meter-proof', energyWh: 6_400, hostEarned: '2850000', driverPaid: '2850000' },
      { name: 'challenge-lost-without-proof', energyWh: 2_000, hostEarned: '500000', driverPaid: '500000' },
      { name: 'no-show-beaten-by-arrived', energyWh: 0, hostEarned: '0', driverPaid: '0' },
    ]);
    expect(result.audit).toEqual({ reconciles: true });
    expect(stderr).toContain('the ledger refuses: Claim_DriverArrived');
    expect(stderr).toContain('moves the clock of that ledger');
  },
  TIMEOUT_MS + 10_000,
);
