import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment } from '../../server/config.ts';
import { ROOT } from './paths.ts';

/** Where the schema of the server's variables is written down. */
const SOURCES = 'server/{config,*-config}.ts';

const HEAD = `# The server's variables, made from their schema (server/config.ts) by "node scripts/env-example.ts". Copy what you need to
# .env, or let "npm run setup" make one. A line without # has to be filled in: RPC_URL and MARKET_ADDRESS not where NETWORK
# names a network with a market; of DATABASE_FILE and DATABASE_URL exactly one. In place of any KEY, KEY_FILE names a file
# with its value: so secrets stand in no process list.
`;

/** The words above each key in the source. */
function commentsByKey(): Map<string, string> {
  const texts = globSync(SOURCES, { cwd: ROOT })
    .sort()
    .map((file) => readFileSync(join(ROOT, file), 'utf8'));
  const found = texts.flatMap((text) => [
    ...text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*([A-Z][A-Z0-9_]*):/g),
  ]);
  return new Map(found.map(([, comment = '', key = '']) => [key, comment]));
}

function linesOf(key: string, comment: string | undefined): string {
  if (comment === undefined) throw new Error(`${key} has no comment above it in ${SOURCES}.`);
  const words = comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .filter((line) => line !== '')
    .map((line) => `# ${line}`)
    .join('\n');
  const schema = environment.shape[key as keyof typeof environment.shape];
  const { defaultValue } = schema._zod.def as { defaultValue?: unknown };
  const isRequired = !schema.safeParse(undefined).success;
  return `${words}\n${isRequired ? '' : '#'}${key}=${defaultValue ?? ''}\n`;
}

/** The text of .env.example: each variable with what it means, and its default. */
export function envExample(): string {
  const comments = commentsByKey();
  const keys = Object.keys(environment.shape);
  return [HEAD, ...keys.map((key) => linesOf(key, comments.get(key)))].join('\n');
}
