import { describe, expect, it } from 'vitest';
import { lastJson, runScript } from '../audit/command.ts';

/** All figures in one flat object. */
const flat = (figures: Record<string, unknown>): [string, unknown][] =>
  Object.entries(figures).flatMap(([name, value]) =>
    typeof value === 'object' ? flat(value as Record<string, unknown>) : [[name, value] as [string, unknown]],
  );

describe('npm run bench', () => {
  it('gas: gives whole transactions as integers, with the floors of the same run beside them', async () => {
    const ended = await runScript('bench', ['gas', '--json']);
    expect(ended.code).toBe(0);
    expect(ended.stdout.trim().split('\n')).toHaveLength(1);
    const { evm, osaka, floors, bytecodeBytes, ratiosPermille } = lastJson(ended);
    expect(evm).toBe('anvil, osaka');
    for (const [, value] of flat({ osaka, floors, ratiosPermille })) expect(value).toBeTypeOf('number');
    expect(flat({ osaka, floors, ratiosPermille }).every(([, value]) => Number.isInteger(value))).toBe(true);
    expect(osaka.sessionSteady).toBe(osaka.book + osaka.settle);
    expect(osaka.sessionFirst).toBe(osaka.bookFirst + osaka.settleFirst);
    // In steady state no storage slot is new, each of which would cost 17,100 more.
    expect(osaka.bookFirst - osaka.book).toBeGreaterThan(16_000);
    expect(osaka.settleFirst - osaka.settle).toBeGreaterThan(16_000);
    expect(floors.erc20TransferFresh - floors.erc20TransferWarm).toBe(17_100);
    expect(bytecodeBytes).toBeGreaterThan(10_000);
    expect(bytecodeBytes).toBeLessThanOrEqual(24_576);
  });

  it('audit: gives sessions per second beside bare reading and decoding', async () => {
    const ended = await runScript('bench', ['audit']);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^sessionsPerSec +[\d,]+$/m);
    expect(ended.stdout).toMatch(/^floors\.getLogsAndDecodeSessionsPerSec +[\d,]+$/m);
  });

  it.each([[['map']], [[]], [['gas', 'audit']], [['--fast']]])(
    'ends with 2 and says what there is for %j',
    async (args) => {
      const { code, stdout, stderr } = await runScript('bench', args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('named gas or audit');
    },
  );
});
