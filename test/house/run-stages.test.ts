import { readFileSync, writeFileSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { DeepRecord } from '../../scripts/checks/deep-record.ts';
import { LONG_FILES } from '../../scripts/lib/long-files.ts';
import { runStages } from '../../scripts/lib/run-stages.ts';
import { FAILED, PASSED, runNode, type Stage, type StageResult } from '../../scripts/lib/stage.ts';
import { summaryLines } from '../../scripts/lib/stage-summary.ts';
import { tempFolder } from './support.ts';

/** What the run prints, line by line. */
function printed(): string[] {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((text = '') => void lines.push(...String(text).split('\n')));
  return lines;
}

/** Stages that end when they are told to, and what was seen of them. */
function stagesByHand() {
  const log: string[] = [];
  const ends = new Map<string, (result: StageResult) => void>();
  const stage = (name: string, ...needs: string[]): Stage => ({
    name,
    what: `does ${name}`,
    needs,
    run: () => {
      log.push(`${name} begins`);
      return new Promise((resolve) => ends.set(name, resolve));
    },
  });
  const end = async (name: string, result = PASSED) => {
    log.push(`${name} ends`);
    ends.get(name)?.(result);
    await new Promise(setImmediate);
  };
  return { log, stage, end };
}

test('stages run side by side as slots allow, in their order, each after what it needs', async () => {
  printed();
  const { log, stage, end } = stagesByHand();
  const stages = [
    stage('compile'),
    stage('web', 'compile'),
    stage('lint'),
    stage('pure'),
    stage('live', 'compile'),
  ];
  const run = runStages(stages, { slots: 2 });
  expect(log).toEqual(['compile begins', 'lint begins']);
  await end('lint');
  await end('compile');
  await end('pure');
  await end('web');
  await end('live');
  expect(await run).toEqual([PASSED, PASSED, PASSED, PASSED, PASSED]);
  expect(log.slice(2)).toEqual([
    'lint ends',
    'pure begins',
    'compile ends',
    'web begins',
    'pure ends',
    'live begins',
    'web ends',
    'live ends',
  ]);
});

test('stages that wait run beside those that compute, and take no slot from them', async () => {
  printed();
  const { log, stage, end } = stagesByHand();
  const waiting = (name: string, ...needs: string[]) => ({ ...stage(name, ...needs), waits: true });
  const stages = [stage('compile'), stage('lint'), waiting('live'), waiting('web', 'compile')];
  const run = runStages(stages, { slots: 1 });
  expect(log).toEqual(['compile begins', 'live begins']);
  await end('compile');
  expect(log.slice(3).toSorted()).toEqual(['lint begins', 'web begins']);
  for (const name of ['lint', 'web', 'live']) await end(name);
  expect(await run).toHaveLength(4);
});

test('what computes gives way to what waits, unless others need it', async () => {
  printed();
  const priorities = new Map<string, number>();
  const stage = (name: string, more: Partial<Stage> = {}): Stage => ({
    ...{ name, what: 'says its priority', ...more },
    run: async (say) => {
      const { output } = await runNode(['-p', "require('node:os').getPriority()"], say);
      priorities.set(name, Number(output));
      return PASSED;
    },
  });
  const contracts = stage('contracts', { needs: ['compile'] });
  await runStages([stage('lint'), contracts]);
  expect(priorities).toEqual(new Map([['lint', getPriority()]]).set('contracts', getPriority()));
  await runStages([stage('compile'), stage('live', { waits: true }), contracts]);
  const low = Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL);
  expect(priorities.get('compile')).toBe(getPriority());
  expect(priorities.get('live')).toBe(getPriority());
  expect(priorities.get('contracts')).toBe(low);
});

test('a failure is shown with its output and stops those that need it, nobody else', async () => {
  const lines = printed();
  const broken: Stage = {
    name: 'compile',
    what: 'contracts',
    run: async (say) => {
      say(' ✓ fine\n × broken\n');
      return FAILED;
    },
  };
  const dies: Stage = { name: 'dies', what: 'throws', run: () => Promise.reject(new Error('no disk')) };
  const needing: Stage = { name: 'live', what: 'tests', needs: ['compile'], run: async () => PASSED };
  const further: Stage = { name: 'more', what: 'tests', needs: ['live'], run: async () => PASSED };
  const apart: Stage = { name: 'lint', what: 'linters', needs: ['unchosen'], run: async () => PASSED };
  const results = await runStages([broken, dies, needing, further, apart], { slots: 1 });
  expect(results.map(({ passed, failed }) => [passed, failed])).toEqual([
    [0, 1],
    [0, 1],
    [0, 0],
    [0, 0],
    [1, 0],
  ]);
  const text = lines.join('\n');
  expect(text).toContain(' × broken');
  expect(text).not.toContain('fine');
  expect(text).toContain('Error: no disk');
  expect(text).toContain('not run: compile did not pass');
  expect(text).toContain('not run: live did not pass');
});

test('the summary says time per stage, the slowest files, and how much of the machine waited', () => {
  const files = Array.from({ length: 12 }, (_unused, index) => ({ file: `f${index}`, seconds: index }));
  const result = { passed: 12, failed: 0, files };
  const begun = { file: LONG_FILES[0] as string, seconds: 40 };
  files.push({ file: 'late', seconds: 13 }, begun);
  const outcomes = [
    { name: 'live', result, wallSec: 50, cpuSec: 70 },
    { name: 'types', result: PASSED, wallSec: 9, cpuSec: 5 },
  ];
  const machine = { busySec: 75, idleSec: 25 };
  const lines = summaryLines(outcomes, 50, machine, 2);
  expect(lines).toContain('live          50.0 s    70.0 s');
  expect(lines).toContain('all           50.0 s    75.0 s');
  expect(lines.filter((line) => / f\d+$/.test(line)).map((line) => line.trim())).toEqual(
    [11, 10, 9, 8, 7, 6, 5, 4].map((index) => `${index}.0 s  f${index}`),
  );
  expect(lines).toContain(`    40.0 s  ${begun.file}`);
  expect(lines).toContain('    13.0 s  late (missing in scripts/lib/long-files.ts: began late)');
  expect(lines.at(-1)).toBe(
    'waiting: 25 % of the time of 2 cores; they were busy for 75 s, this run and all else (the wall clock is 0.67 of that)',
  );
  const unmeasured = outcomes.map((outcome) => ({ ...outcome, cpuSec: undefined }));
  expect(summaryLines(unmeasured, 50, machine, 2)).toContain('all           50.0 s');
});

test.runIf(process.platform === 'linux')(
  'processor time is counted for the stage that used it, not for the one that waited beside it',
  async () => {
    const lines = printed();
    const program = (name: string, script: string): Stage => ({
      name,
      what: name,
      run: async (say) => ((await runNode(['-e', script], say)).code === 0 ? PASSED : FAILED),
    });
    const busy = program('busy', 'const end = Date.now() + 1000; while (Date.now() < end);');
    const idle = program('idle', 'setTimeout(() => {}, 1500)');
    await runStages([busy, idle], { slots: 2 });
    const cpuSecOf = (name: string) =>
      Number(new RegExp(`^${name} +[\\d.]+ s +([\\d.]+) s$`, 'm').exec(lines.join('\n'))?.[1]);
    expect(cpuSecOf('busy')).toBeGreaterThan(cpuSecOf('idle'));
  },
);

test('a deep run goes on where it ended, over the same sources alone', () => {
  const file = join(tempFolder(), 'cache/deep.json');
  const first = new DeepRecord(file, 'sources 1');
  first.add('contracts', { passed: 7, failed: 0 });
  first.add('live', { passed: 7, failed: 1 });
  const second = new DeepRecord(file, 'sources 1');
  expect(second.isOutdated).toBe(false);
  expect(second.resultOf('contracts')).toEqual({ passed: 7, failed: 0 });
  expect(second.resultOf('live')).toBeUndefined();
  expect(new DeepRecord(file, 'sources 2')).toMatchObject({ isOutdated: true });
  expect(new DeepRecord(file, 'sources 2').resultOf('contracts')).toBeUndefined();
  second.forget(['contracts']);
  expect(new DeepRecord(file, 'sources 1').resultOf('contracts')).toBeUndefined();
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 9));
  expect(new DeepRecord(file, 'sources 1').isOutdated).toBe(false);
});
