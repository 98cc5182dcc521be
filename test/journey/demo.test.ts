import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.ts';

/** It goes through the whole of it in real time. */
/** It waits for real seconds, a hundred of them on an idle machine. */
const TIMEOUT_MS = 400_000;

const STORY = ['list', 'fund', 'book', 'settle', 'withdraw', 'withdraw'];

it(
  'the demo prints a whole session to the terminal and ends in an audit that reconciles',
  async () => {
    const args = [join(ROOT, 'scripts/demo.ts'), '--json'];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: TIMEOUT_MS });
    const result = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(result.steps.map(({ name }: { name: string }) => name)).toEqual(STORY);
    for (const { tx, gas } of result.steps) {
      expect(tx).toMatch(/^0x[0-9a-f]{64}$/);
      expect(gas).toBeGreaterThan(21_000);
    }
    expect(result.energyWh).toBeGreaterThan(0);
    // 0.25 per kWh at 6 decimals is 250 token units per Wh; of 5 tokens cap, without a bond, the rest comes back.
    expect(result.paid).toBe(String(result.energyWh * 250));
    expect(BigInt(result.paid) + BigInt(result.refunded)).toBe(5_000_000n);
    expect(result.audit).toEqual({ reconciles: true });
    expect(stderr).toContain('co-signed, final');
    expect(stderr).toContain('so that the phone may sleep');
  },
  TIMEOUT_MS + 10_000,
);
