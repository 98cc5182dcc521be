import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditReport } from '../../audit/audit-report.ts';
import { auditLedger } from '../../audit/command.ts';
import { csvLines } from '../../audit/report/csv/csv.ts';
import { movementsOf } from '../../audit/report/csv/money.ts';
import { documentOf } from '../../audit/report/pages/content.ts';
import { htmlOf } from '../../audit/report/pages/html.ts';
import { pdfOf } from '../../audit/report/pages/pdf.ts';
import { requireFolders, writeFiles } from '../../audit/report/write-files.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { pdfText } from '../support/pdf-text.ts';
import { deployFeeMarket, finishDisputes, playDisputes, playSignedMoney } from './dispute-scenario.ts';

/** Rows of a file as RFC 4180 has them. */
function parsed(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

describe('what an audit writes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plugpact-report-'));
  let anvil: Anvil;
  let report: AuditReport;
  beforeAll(async () => {
    anvil = await startAnvil();
    const market = await deployFeeMarket(anvil.url);
    const all = await playDisputes(market);
    await finishDisputes(market, all);
    await playSignedMoney(market, all.proven);
    report = await auditLedger({ rpcUrl: anvil.url, market: market.market });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await anvil.stop();
  });

  it('CSV: any text comes back as it was', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', 'ü', '=') });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 5 }), (rows) => {
        const columns = [
          ['one', ([first]: [string, string]) => first] as const,
          ['two', ([, second]: [string, string]) => second] as const,
        ];
        expect(parsed([...csvLines(columns, rows)].join(''))).toEqual([['one', 'two'], ...rows]);
      }),
    );
  });

  it('CSV: the movements of each account add up to what the ledger owes it', () => {
    const sums = new Map<string, bigint>();
    for (const { account, purse, listingId, amount } of movementsOf(report)) {
      const key = `${account.toLowerCase()} ${purse ?? listingId}`;
      sums.set(key, (sums.get(key) ?? 0n) + amount);
    }
    const owed = new Map<string, bigint>();
    for (const { account, purse, balance } of report.book.purses.values())
      owed.set(`${account.toLowerCase()} ${purse}`, balance);
    for (const { host, listingId, earned } of report.book.earnings.values())
      owed.set(`${host.toLowerCase()} ${listingId}`, earned);
    for (const [key, units] of owed) expect(sums.get(key) ?? 0n, key).toBe(units);
    expect(sums.size).toBeGreaterThan(5);
    expect([...sums.keys()].filter((key) => !owed.has(key))).toEqual([]);
  });

  it('CSV: a row for each booking and each reading, units in the headers, integers and UTC', async () => {
    await writeFiles(report, { csv: folder, reports: [] });
    const table = (name: string) => parsed(readFileSync(join(folder, name), 'utf8'));
    const [head, ...sessions] = table('sessions.csv');
    expect(sessions).toHaveLength(report.bookings.length);
    const column = (name: string) => sessions.map((row) => row[head!.indexOf(name)]!);
    expect(column('energy [Wh]').reduce((sum, wh) => sum + Number(wh), 0)).toBe(report.energyWh);
    const paid = column('paid [1e-6 DUSD]').reduce((sum, units) => sum + BigInt(units), 0n);
    expect(paid).toBe(report.paid);
    for (const at of column('booked at [UTC]')) expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const [, ...meters] = table('meters.csv');
    expect(meters).toHaveLength(report.bookings.filter(({ reading }) => reading !== undefined).length);
  });

  it('reports from a block on leave out bookings that ended before, and nothing else', () => {
    const ends = report.bookings.flatMap(({ end }) => end?.stamp.blockNumber ?? []);
    const fromBlock = BigInt(Math.max(...ends));
    const late = { ...report, fromBlock };
    const text = htmlOf(documentOf(late));
    for (const { bookingId, end } of report.bookings) {
      const isIn = end === undefined || BigInt(end.stamp.blockNumber) >= fromBlock;
      expect(text.includes(`${bookingId.slice(0, 8)}…${bookingId.slice(-4)}`)).toBe(isIn);
    }
  });

  it('HTML: one file without scripts, with totals, plots, method and hashes; what others wrote is text', () => {
    const evil = '<script>alert(1)</script>';
    const token = { ...report.token, symbol: evil };
    const html = htmlOf(documentOf({ ...report, token }));
    expect(html).not.toMatch(/<script|javascript:|https?:|url\(|@import/i);
    expect(html).toContain('&lt;script&gt;');
    expect(html.match(/<svg /g)).toHaveLength(5);
    for (const text of [report.pin.blockHash, report.hashes.logs, 'Method', 'Not verified', 'Energy'])
      expect(html).toContain(text);
  });

  it('PDF: the same as text, over several pages', () => {
    const discrepancies = Array.from({ length: 150 }, (_, index) => ({
      ...{ code: `session.rule${index}`, expected: 'ü €', found: '☃' },
    }));
    const file = pdfOf(documentOf({ ...report, discrepancies }));
    const text = pdfText(file);
    expect(Buffer.from(file.subarray(0, 5)).toString()).toBe('%PDF-');
    for (const words of ['Totals', 'Method', report.pin.blockHash, 'does NOT reconcile', 'session.rule149'])
      expect(text).toContain(words);
    expect(
      Buffer.from(file)
        .toString('latin1')
        .match(/\/Type \/Page\b/g)!.length,
    ).toBeGreaterThan(3);
  });

  it('writes what is asked for, and refuses folders that do not exist before anything is read', async () => {
    await writeFiles(report, { reports: [join(folder, 'a.html'), join(folder, 'b.PDF')] });
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['a.html', 'b.PDF', 'money.csv']));
    expect(() => requireFolders({ reports: [join(folder, 'none', 'a.html')] })).toThrow(/none/);
    const file = join(folder, 'a.html');
    expect(() => requireFolders({ csv: join(file, 'below'), reports: [] })).toThrow(/folders that exist/);
  });
});
