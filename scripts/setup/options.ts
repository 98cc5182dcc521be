import { parseArgs } from 'node:util';
import { z } from 'zod';
import { PlugpactError } from '../../protocol/errors.ts';
import { networkOf } from '../../protocol/networks.ts';

export interface SetupOptions {
  network: string;
  /** Under which browsers reach the page: passkeys are bound to it. */
  domain: string;
  operator: string;
  contact: string;
  folder: string;
}

/** What is asked where a flag is missing, in this order. */
export const QUESTIONS = {
  network: 'Network (a name in protocol/networks/)',
  domain: 'Domain of the page, for instance charge.example (passkeys are bound to it for good)',
  operator: 'Name of who runs it',
  contact: 'Address for questions and for push services, as mailto:you@charge.example',
} as const;
export type Question = keyof typeof QUESTIONS;

const text = { type: 'string' } as const;

const schema = z.strictObject({
  network: z.string().min(1),
  domain: z
    .string()
    .regex(
      /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
      'is a name like charge.example, without https://',
    ),
  operator: z.string().min(1).max(100),
  contact: z.string().regex(/^mailto:[^@\s]+@[^@\s]+$/, 'is like mailto:you@charge.example'),
  folder: z.string().min(1),
});

/** The flags of the command line, as far as they are there. */
export function flagsOf(args: readonly string[]): Partial<SetupOptions> {
  const options = { network: text, domain: text, operator: text, contact: text, folder: text };
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw usage((error as Error).message);
  }
}

/** @throws PlugpactError `setup.usage`, `network.unknown`. */
export function checked(given: Partial<SetupOptions>): SetupOptions {
  const parsed = schema.safeParse({ folder: '.', ...given });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw usage(`--${String(issue?.path[0])} ${issue?.message}`);
  }
  networkOf(parsed.data.network);
  return parsed.data;
}

const usage = (value: string): PlugpactError =>
  new PlugpactError({
    code: 'setup.usage',
    value,
    rule: `setup takes ${Object.keys(QUESTIONS)
      .map((name) => `--${name}`)
      .join(', ')} and --folder.`,
    remedy:
      'For instance: npm run setup -- --network base --domain charge.example --operator "Charge e.V." --contact mailto:you@charge.example',
  });
