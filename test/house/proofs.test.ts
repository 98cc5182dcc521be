import { describe, expect, it } from 'vitest';
import { proofsResult } from '../../scripts/checks/proofs.ts';
import { resultOf } from '../../scripts/prove/prove.ts';

const safe = { errorCode: '2961', severity: 'info' as const, message: 'Overflow check is safe!' };

describe('the proofs', () => {
  it('count what the compiler calls safe, and nothing else', () => {
    const engine = { errorCode: '3993', severity: 'warning' as const, message: 'deprecated' };
    expect(resultOf([safe, engine, safe])).toEqual({ proven: 2, open: [] });
  });

  it('fail by a target that is false, and by one without an answer', () => {
    const broken = {
      errorCode: '4661',
      severity: 'warning' as const,
      message: 'Assertion violation happens here.',
    };
    const silent = { errorCode: '1823', severity: 'warning' as const, message: 'Error during interaction' };
    expect(resultOf([safe, broken, silent]).open).toHaveLength(2);
  });

  it('are said not to have run where there is no solver', () => {
    const result = proofsResult(0, 'not run: there is no SMT solver\n');
    expect(result).toEqual({ passed: 0, failed: 0, note: 'not run: there is no SMT solver' });
  });

  it('sum up over the contracts', () => {
    const output = 'CostProof: 14 proven, 0 open (15.1 s)\nTimesProof: 7 proven, 1 open (60.0 s)\n';
    expect(proofsResult(1, output)).toEqual({ passed: 21, failed: 1 });
    expect(proofsResult(1, 'crashed')).toEqual({ passed: 0, failed: 1 });
  });
});
