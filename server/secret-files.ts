import { readFileSync } from 'node:fs';
import { PlugpactError } from '../protocol/errors.ts';

/**
 * The variables that have a value. `KEY_FILE` names a file with the value of `KEY`, as Docker and systemd hand out
 * secrets, so that a secret stands in no process list and in no compose file.
 *
 * @throws PlugpactError `config.invalid` where a file cannot be read, or a key has two values.
 */
export function withSecretFiles(
  env: Record<string, string | undefined>,
  keys: readonly string[],
): Record<string, string> {
  const given = Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) =>
      value === undefined || value === '' ? [] : [[key, value]],
    ),
  );
  for (const key of keys) {
    const name = `${key}_FILE`;
    const file = given[name];
    if (file === undefined || keys.includes(name)) continue;
    if (given[key] !== undefined) throw wrongFile(`${key} and ${name} are both set`);
    const value = textOf(name, file);
    if (value !== '') given[key] = value;
  }
  return given;
}

function textOf(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw wrongFile(`${name} = ${file} (${(error as NodeJS.ErrnoException).code})`);
  }
}

const wrongFile = (value: string): PlugpactError =>
  new PlugpactError({
    code: 'config.invalid',
    value,
    rule: 'A variable has its value from the environment, or from the file that the same name with _FILE names.',
    remedy: 'Set one of both, to a file that this user may read.',
  });
