import { parseArgs } from 'node:util';
import { type Count, type CoverageReport, keyOf, measureCoverage } from './cover/measure.ts';
import { endOnSignals } from './lib/group.ts';
import { isMain } from './lib/main.ts';

const said = ({ covered, all }: Count): string => `${covered}/${all}`;

const sum = (counts: readonly Count[]): Count => ({
  covered: counts.reduce((total, { covered }) => total + covered, 0),
  all: counts.reduce((total, { all }) => total + all, 0),
});

function print({ files, gaps, explained, wronglyExplained }: CoverageReport): void {
  for (const { file, lines, branches } of files) {
    console.log(`${file.padEnd(40)} lines ${said(lines).padEnd(9)} branches ${said(branches)}`);
  }
  for (const gap of gaps) console.log(`gap: ${gap.file}:${gap.line}\n  ${keyOf(gap)}`);
  for (const key of wronglyExplained) console.log(`explained, but no gap: ${key}`);
  const lines = sum(files.map((file) => file.lines));
  const branches = sum(files.map((file) => file.branches));
  console.log(
    `lines ${said(lines)}, branches ${said(branches)}, ${gaps.length} gaps, ${explained.length} explained`,
  );
}

/** `node scripts/coverage.ts [--json]`: what of contracts/ the contract tests reach; exit code 1 for a gap. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean' } } });
  const report = await measureCoverage();
  if (values.json) console.log(JSON.stringify(report));
  else print(report);
  process.exitCode = report.gaps.length + report.wronglyExplained.length === 0 ? 0 : 1;
}

if (isMain(import.meta)) {
  endOnSignals();
  await main();
}
