import { createWriteStream, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AuditReport } from '../audit-report.ts';
import { AuditError } from '../lib/errors.ts';
import { metersCsv } from './csv/meters.ts';
import { moneyCsv } from './csv/money.ts';
import { sessionsCsv } from './csv/sessions.ts';
import { documentOf } from './pages/content.ts';
import { htmlOf } from './pages/html.ts';

/** Where the result is written beside what is printed. */
export interface Destinations {
  /** Folder for CSV files. */
  csv?: string;
  /** Files that end in `.html` or `.pdf`. */
  reports: readonly string[];
}

const CSV_FILES = { 'sessions.csv': sessionsCsv, 'money.csv': moneyCsv, 'meters.csv': metersCsv } as const;

/** @throws AuditError `audit.unwritable`: a folder is missing. It is checked before the audit, which may take long. */
export function requireFolders({ csv, reports }: Destinations): void {
  if (csv !== undefined) writing(csv, () => mkdirSync(csv, { recursive: true }));
  for (const file of reports) {
    const folder = dirname(file);
    if (!existsSync(folder)) throw unwritable(file, `no folder ${folder}`);
  }
}

/** @throws AuditError `audit.unwritable`. */
export async function writeFiles(report: AuditReport, { csv, reports }: Destinations): Promise<void> {
  if (csv !== undefined) {
    for (const [name, linesOf] of Object.entries(CSV_FILES)) {
      const file = join(csv, name);
      await pipeline(Readable.from(linesOf(report)), createWriteStream(file)).catch((error: Error) => {
        throw unwritable(file, error.message, error);
      });
    }
  }
  const document = reports.length === 0 ? undefined : documentOf(report);
  for (const file of reports) {
    const content = await contentOf(file, document!);
    writing(file, () => writeFileSync(file, content));
  }
}

/** The PDF library is loaded where a PDF is asked for. */
async function contentOf(
  file: string,
  document: ReturnType<typeof documentOf>,
): Promise<string | Uint8Array> {
  if (!/\.pdf$/i.test(file)) return htmlOf(document);
  const { pdfOf } = await import('./pages/pdf.ts');
  return pdfOf(document);
}

function writing(file: string, write: () => unknown): void {
  try {
    write();
  } catch (error) {
    throw unwritable(file, (error as Error).message, error);
  }
}

const unwritable = (file: string, reason: string, cause?: unknown): AuditError =>
  new AuditError(
    {
      code: 'audit.unwritable',
      value: `${file}: ${reason}`,
      rule: 'The audit writes its files into folders that exist and can be written.',
      remedy: 'Make the folder, or name another file.',
    },
    { cause },
  );
