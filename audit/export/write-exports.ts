import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Hex } from 'viem';
import { meterKeysOf, pinnedMeterOf } from '../evidence/session-facts.ts';
import { counted } from '../lib/counted.ts';
import { AuditError } from '../lib/errors.ts';
import type { ExportInput } from './export-input.ts';
import { ocpiCdrs } from './ocpi-cdrs.ts';
import { type ContainedRecord, transparencyXml } from './transparency-xml.ts';

/** `ocpi`: one file of charge detail records. `xml`: a folder of containers, and `index.json` of what a tool refuses. */
export interface Export {
  kind: 'ocpi' | 'xml';
  path: string;
}

/**
 * Makes sure that exports can be written, before an audit that may take long.
 *
 * @throws AuditError `audit.unwritable`.
 */
export async function prepareExports(exports: readonly Export[]): Promise<void> {
  for (const { kind, path } of exports) {
    const ready = kind === 'xml' ? mkdir(path, { recursive: true }) : access(dirname(path));
    await ready.catch((error: Error) => Promise.reject(unwritable(path, error)));
  }
}

/**
 * Writes what other tools read.
 *
 * @returns A sentence for each export: what it holds, and what a tool will refuse.
 * @throws AuditError `audit.unwritable`.
 */
export async function writeExports(input: ExportInput, exports: readonly Export[]): Promise<string[]> {
  const said: string[] = [];
  for (const { kind, path } of exports) {
    const write = kind === 'ocpi' ? writeCdrs : writeContainers;
    said.push(
      await write(input, path).catch((error: NodeJS.ErrnoException) =>
        Promise.reject(unwritable(path, error)),
      ),
    );
  }
  return said;
}

async function writeCdrs(input: ExportInput, file: string): Promise<string> {
  const cdrs = ocpiCdrs(input);
  await writeFile(file, `${JSON.stringify(cdrs, undefined, 2)}\n`);
  return `${file}: ${cdrs.length} OCPI charge detail records.`;
}

interface IndexEntry {
  bookingId: Hex;
  file: string;
  hasKey: boolean;
  records: ContainedRecord[];
}

async function writeContainers(input: ExportInput, folder: string): Promise<string> {
  const keys = meterKeysOf(input.events());
  const index: IndexEntry[] = [];
  for (const [bookingId, texts] of input.records) {
    const terms = input.book.bookings.get(bookingId)?.booking.terms;
    const meter = terms && pinnedMeterOf(terms, keys);
    const { xml, records } = transparencyXml(texts, meter);
    if (records.length === 0) continue;
    const file = `${bookingId.slice(2)}.xml`;
    await writeFile(join(folder, file), xml);
    index.push({ bookingId, file, hasKey: meter !== undefined, records });
  }
  await writeFile(join(folder, 'index.json'), `${JSON.stringify(index, undefined, 2)}\n`);
  return `${folder}: ${countsOf(index)}`;
}

function countsOf(index: readonly IndexEntry[]): string {
  const records = index.flatMap((entry) => entry.records);
  const refused = records.filter(({ refusals }) => refusals.length > 0);
  const [first] = refused.flatMap(({ refusals }) => refusals);
  const what = `${counted(records.length, 'signed record')} of ${counted(index.length, 'session')}`;
  if (refused.length === 0) return `${what}.`;
  return `${what}; S.A.F.E.’s transparency software will refuse ${refused.length} of them (${first}); index.json names each.`;
}

const unwritable = (path: string, cause: Error): AuditError =>
  new AuditError(
    {
      code: 'audit.unwritable',
      value: `${path}: ${cause.message}`,
      rule: 'The audit writes its exports where files can be written.',
      remedy: 'Make the folder, or name another path.',
    },
    { cause },
  );
