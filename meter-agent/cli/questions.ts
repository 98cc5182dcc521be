import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { PlugpactError } from '../../protocol/errors.ts';
import { errorText } from '../words/errors.ts';
import { usageError } from './options.ts';
import { say, speech } from './speech.ts';

export interface Question<T> {
  /** Its flag on the command line. */
  flag: string;
  text: string;
  fallback?: string | undefined;
  /** The answer's value; throws the reason why it is invalid. */
  check: (answer: string) => T | Promise<T>;
}

export interface Terminal {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
}

/** Takes answers from flags, from the terminal, or from the defaults, in this order. */
export class Asker {
  readonly #flags: Record<string, unknown>;
  readonly #terminal: Terminal | undefined;

  /** Without a terminal no question is asked. */
  constructor(flags: Record<string, unknown>, terminal: Terminal | undefined) {
    this.#flags = flags;
    this.#terminal = terminal;
  }

  async answer<T>(question: Question<T>): Promise<T> {
    const { flag, fallback, check } = question;
    const given = this.#flags[flag];
    if (typeof given === 'string') return this.#checked(check, given, `--${flag}`);
    if (this.#terminal !== undefined) return this.#ask(question, this.#terminal);
    if (fallback !== undefined) return this.#checked(check, fallback, say('cli.ask.default', { flag }));
    throw usageError(
      say('cli.ask.flagMissing', { flag }),
      say('cli.ask.flagMissing.remedy', { question: question.text }),
    );
  }

  async #checked<T>(check: Question<T>['check'], answer: string, name: string): Promise<T> {
    try {
      return await check(answer);
    } catch (error) {
      throw refusalOf(error, answer, name);
    }
  }

  /** Again with the reason, until the answer is valid. */
  async #ask<T>({ text, fallback, check }: Question<T>, terminal: Terminal): Promise<T> {
    for (;;) {
      const shown = fallback === undefined || fallback === '' ? '' : ` [${fallback}]`;
      const typed = (await lineOf(terminal, `${text}${shown}: `)).trim();
      try {
        return await check(typed === '' ? (fallback ?? '') : typed);
      } catch (error) {
        terminal.output.write(`  ${reasonOf(error)}\n`);
      }
    }
  }
}

/** The answer stands in it once, and an error that knows its remedy keeps it. */
function refusalOf(error: unknown, answer: string, name: string): PlugpactError {
  if (error instanceof PlugpactError) {
    return usageError(say('cli.ask.cannotUse', { name, reason: errorText(error, speech().language) }), '');
  }
  const reason = reasonOf(error);
  const value = reason.includes(answer) ? undefined : answer;
  return usageError(say('cli.ask.cannotUse', { name, reason }), say('cli.ask.another'), value);
}

function reasonOf(error: unknown): string {
  if (error instanceof PlugpactError) return errorText(error, speech().language);
  return error instanceof Error ? error.message : String(error);
}

/** A typed line. Throws when the terminal is closed. */
async function lineOf({ input, output }: Terminal, prompt: string): Promise<string> {
  const reader = createInterface({ input, output });
  const closed = new Promise<never>((_, reject) => {
    reader.once('close', () =>
      reject(usageError(say('cli.ask.unanswered'), say('cli.ask.unanswered.remedy'))),
    );
  });
  try {
    return await Promise.race([reader.question(prompt), closed]);
  } finally {
    closed.catch(() => undefined);
    reader.close();
  }
}

/** A line that is not shown while it is typed. */
export async function askHidden(prompt: string): Promise<string> {
  process.stdout.write(`${prompt} `);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await reader.question('');
  } finally {
    reader.close();
    process.stdout.write('\n');
  }
}
