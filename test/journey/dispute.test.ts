import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.ts';

/** The disputes on a ledger whose clock is moved. */
const TIMEOUT_MS = 240_000;

const DISPUTED = ['list', 'book', 'claim', 'claimAlone', 'challenge'];
const STEPS = [
  ...['transfer', 'sweep', 'book'],
  ...DISPUTED,
  'prove',
  ...DISPUTED,
  'finalise',
  ...DISPUTED,
  ...['prove', 'finalise'],
  ...['list', 'book', 'noShow', 'arrived', 'finalise'],
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
    // Of 20 tokens, 5 of cap and 1 of bond are locked.
    expect(result.passkey).toEqual({ sent: '20000000', inPurse: '14000000' });
    // 0.25 per kWh at 6 decimals: 4 kWh co-signed are 1.00, 6.4 kWh claimed 1.60; the disputed 0.60 is what the bond loses.
    expect(result.stories).toEqual([
      { name: 'challenge-won-by-meter-proof', energyWh: 6_400, hostEarned: '2200000', driverPaid: '2200000' },
      { name: 'challenge-lost-without-proof', energyWh: 4_000, hostEarned: '1000000', driverPaid: '1000000' },
      { name: 'invented-overstay-falls', energyWh: 4_000, hostEarned: '1000000', driverPaid: '1000000' },
      // Four quarters of an hour at 0.25, which the host does not get.
      { name: 'no-show-contested', energyWh: 0, hostEarned: '0', driverPaid: '1000000' },
    ]);
    expect(result.audit).toEqual({ reconciles: true });
    expect(stderr).toContain('a purse that nobody can empty');
    expect(stderr).toContain('moves the clock of that ledger');
  },
  TIMEOUT_MS + 10_000,
);
