import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { PlugpactError } from '../../protocol/errors.ts';
import type { AgentConfig } from '../config/config.ts';
import { readConfig } from '../config/file.ts';
import { say } from './speech.ts';

/** Known to the launcher: the configuration of an agent that "npm start" wrote, for its ledger and API. */
export interface LaunchContext {
  localConfigFile?: string;
}

/** One command: takes its own arguments, returns the exit code. */
export type Command = (args: string[], surroundings: LaunchContext) => Promise<number>;

const CONFIG = { config: { type: 'string' } } as const;

/** The default file that `init` writes and the other commands read. */
export const defaultConfigFile = (): string =>
  process.env.PLUGPACT_AGENT_CONFIG ?? join(homedir(), '.plugpact-agent', 'agent.yaml');

export const usageError = (rule: string, remedy: string, value?: string): PlugpactError =>
  new PlugpactError({ code: 'agent.usage', rule, remedy, ...(value === undefined ? {} : { value }) });

type Flags = NonNullable<ParseArgsConfig['options']>;

/** A command's flags and arguments, `--config` among them. Throws PlugpactError `agent.usage`. */
export function parseFlags<T extends Flags>(args: string[], options: T, words = 0) {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { ...CONFIG, ...options },
      allowPositionals: words > 0,
    });
    if (positionals.length > words)
      throw new Error(say('cli.oneTooMany', { word: positionals[words] ?? '' }));
    return { values, positionals };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw usageError(say('cli.arguments'), say('cli.arguments.remedy'), reason);
  }
}

export const configFileOf = ({ config }: { config?: unknown }): string =>
  resolve(typeof config === 'string' ? config : defaultConfigFile());

export const configOf = (values: { config?: unknown }): AgentConfig => readConfig(configFileOf(values));
