import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { PlugpactError } from '../../protocol/errors.ts';
import { type PositionOf, parseConfig } from './check.ts';
import type { AgentConfig } from './config.ts';

/**
 * Reads the configuration file: YAML, of which JSON is a part. Relative paths in it are resolved against its folder, or
 * that of `place`, where it will be. Throws PlugpactError `config.unreadable` or `config.invalid`, with the line.
 */
export function readConfig(file: string, place = file): AgentConfig {
  const config = parseConfigText(readText(file), file);
  const beside = (path: string) => resolve(dirname(place), path);
  const { backup } = config;
  const { tls } = config.ocpp;
  const files = tls && Object.entries(tls).map(([key, path]) => [key, path && beside(path)]);
  const ocpp = { ...config.ocpp, ...(files && { tls: Object.fromEntries(files) as typeof tls }) };
  return {
    ...{ ...config, ocpp, dataDir: beside(config.dataDir) },
    ...(backup && {
      backup: { ...backup, folder: beside(backup.folder), passphraseFile: beside(backup.passphraseFile) },
    }),
  };
}

/** The same from its text; `file` is named in errors. */
export function parseConfigText(text: string, file: string): AgentConfig {
  const lines = new LineCounter();
  // 0x… is an address here and not a number; a number would lose its last digits.
  const document = parseDocument(text, {
    lineCounter: lines,
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || tag.format !== 'HEX'),
  });
  const [error] = document.errors;
  // Without the line itself, which may contain a password; and without the cause, which shows it too.
  if (error !== undefined) {
    const reason = error.message.split('\n')[0] ?? '';
    throw unreadable(file, reason, undefined, reason);
  }
  // A charge-point id of digits only keeps its leading zeros.
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && typeof key.value !== 'string') key.value = key.source ?? String(key.value);
    },
  });
  return parseConfig(document.toJS(), positionsOf(document, lines, file));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, 'Make one with "plugpact-agent init", or name yours with --config FILE.', error);
  }
}

const unreadable = (file: string, remedy: string, cause: unknown, reason = 'none'): PlugpactError =>
  new PlugpactError(
    {
      code: 'config.unreadable',
      value: file,
      rule: 'The configuration is a YAML file that this program can read.',
      remedy,
      details: { reason },
    },
    { cause },
  );

/** The line of a key, or of its nearest parent that exists. */
function positionsOf(document: Document, lines: LineCounter, file: string): PositionOf {
  return (path) => {
    for (let length = path.length; length >= 0; length--) {
      const range = (document.getIn(path.slice(0, length), true) as { range?: [number] } | undefined)?.range;
      if (range) return { line: lines.linePos(range[0]).line, file };
    }
    return undefined;
  };
}
